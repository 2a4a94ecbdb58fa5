from __future__ import annotations

import pytest
from kafka import KafkaAdminClient

from streams.engine.preflight import check_topics
from streams.errors import UserError
from streams.stack import LocalStack
from tests.streams.engine.harness import PARTITIONS, eventually, fresh_topics


def test_all_topics_with_the_right_number_of_partitions_pass(stack: LocalStack) -> None:
    fresh_topics(stack.broker)

    check_topics(stack.broker, PARTITIONS)


def test_another_number_of_partitions_says_what_to_set(stack: LocalStack) -> None:
    fresh_topics(stack.broker)

    with pytest.raises(UserError, match="VITALSTREAM_PARTITIONS=4"):
        check_topics(stack.broker, PARTITIONS + 1)


def test_a_missing_topic_says_how_to_make_it(stack: LocalStack) -> None:
    admin = KafkaAdminClient(bootstrap_servers=stack.broker)
    admin.delete_topics(["risk"])
    eventually(lambda: "risk" not in admin.list_topics(), "the topic is gone")
    admin.close()

    with pytest.raises(UserError, match="no topic risk: `vitalstream stack up`"):
        check_topics(stack.broker, PARTITIONS)
    fresh_topics(stack.broker)
