"""The topics on a real broker."""

from __future__ import annotations

import time

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaTimeoutError, MessageSizeTooLargeError

from streams.errors import UserError
from streams.stack import LocalStack, ensure_topics
from streams.stack.topics import HEADROOM_BYTES, LARGEST_RECORD_BYTES, TOPICS


def own_configs(broker: str) -> dict[str, dict[str, str]]:
    admin = KafkaAdminClient(bootstrap_servers=broker)
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in TOPICS]
    answer = admin.describe_configs(asked, config_filter="all")["topic"]
    admin.close()
    wanted = ("max.message.bytes", "cleanup.policy", "message.timestamp.type")
    return {topic: {name: configs[name]["value"] for name in wanted} for topic, configs in answer.items()}


def test_every_topic_exists_with_its_configuration(stack: LocalStack) -> None:
    configs = own_configs(stack.broker)

    assert configs.keys() == TOPICS.keys()
    assert configs["vitals"]["max.message.bytes"] == "16777216"
    assert int(configs["vitals.rejected"]["max.message.bytes"]) == LARGEST_RECORD_BYTES + HEADROOM_BYTES
    assert [name for name, c in configs.items() if c["cleanup.policy"] == "compact"] == ["profiles"]
    assert [name for name, c in configs.items() if c["message.timestamp.type"] == "LogAppendTime"] == [
        "vitals"
    ]


def test_a_record_of_vitals_bears_the_time_of_the_broker_whatever_its_sender_says(stack: LocalStack) -> None:
    producer = KafkaProducer(bootstrap_servers=stack.broker)
    before = time.time()

    sent = producer.send("vitals", b"x", timestamp_ms=4_000_000_000_000).get(timeout=30)
    producer.close()

    assert before - 1 < sent.timestamp / 1000 < time.time() + 1


def test_topics_are_made_once_and_another_number_of_partitions_is_refused(stack: LocalStack) -> None:
    ensure_topics(stack.broker, stack.settings.partitions)

    with pytest.raises(UserError, match="has 4 partitions, VITALSTREAM_PARTITIONS is 5"):
        ensure_topics(stack.broker, 5)


def test_a_dead_letter_keeps_the_bytes_of_the_largest_record_that_vitals_takes(stack: LocalStack) -> None:
    producer = KafkaProducer(bootstrap_servers=stack.broker, max_request_size=2 * LARGEST_RECORD_BYTES)
    value = b"x" * (LARGEST_RECORD_BYTES - 200)  # what a batch of one record adds
    headers = [("reason", b"too_large" * 1000)]

    assert producer.send("vitals", value).get(timeout=30).offset >= 0
    assert producer.send("vitals.rejected", value, headers=headers).get(timeout=30).offset >= 0
    with pytest.raises(MessageSizeTooLargeError):
        producer.send("vitals", value, headers=headers).get(timeout=30)
    producer.close()


def test_a_topic_that_nobody_made_is_not_made_by_a_producer(stack: LocalStack) -> None:
    admin = KafkaAdminClient(bootstrap_servers=stack.broker)
    before = set(admin.list_topics())
    producer = KafkaProducer(bootstrap_servers=stack.broker, max_block_ms=300)

    with pytest.raises(KafkaTimeoutError):
        producer.send("vitalz", b"typo").get(timeout=1)

    assert set(admin.list_topics()) == before
    producer.close()
    admin.close()
