from __future__ import annotations

import re

import pytest
from kafka import KafkaAdminClient

from streams.engine.preflight import check_topics
from streams.errors import UserError
from streams.stack import LocalStack
from streams.stack.topics import TOPICS
from tests.streams.engine.harness import PARTITIONS, eventually, fresh_topics


def test_all_topics_with_the_right_number_of_partitions_pass(stack: LocalStack) -> None:
    fresh_topics(stack.broker)

    check_topics(stack.broker, PARTITIONS)


def test_another_number_of_partitions_says_what_to_set(stack: LocalStack) -> None:
    fresh_topics(stack.broker)

    with pytest.raises(UserError, match="VITALSTREAM_PARTITIONS=4"):
        check_topics(stack.broker, PARTITIONS + 1)


@pytest.mark.parametrize("topic", TOPICS)
def test_a_missing_topic_says_how_to_make_it(stack: LocalStack, topic: str) -> None:
    """Whichever: a broker whose topics an older version made lacks the newer ones."""
    admin = KafkaAdminClient(bootstrap_servers=stack.broker)
    admin.delete_topics([topic])
    eventually(lambda: topic not in admin.list_topics(), "the topic is gone")
    admin.close()

    with pytest.raises(UserError, match=f"no topic {re.escape(topic)}: `vitalstream stack up`"):
        check_topics(stack.broker, PARTITIONS)
    fresh_topics(stack.broker)
