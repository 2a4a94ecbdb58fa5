"""Topics of a real broker, wrong in each way."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType
from pydantic import SecretStr

from streams.doctor import Finding, topics
from streams.engine.state.pages import Seal, clock_key
from streams.settings import Settings
from streams.stack import LocalStack
from tests.streams.doctor.finding import bad
from tests.streams.engine.harness import PARTITIONS, fresh_topics


@pytest.fixture(scope="module")
def broker(stack: LocalStack) -> Iterator[str]:
    fresh_topics(stack.broker)
    yield stack.broker
    fresh_topics(stack.broker)


@pytest.fixture
def admin(broker: str) -> Iterator[KafkaAdminClient]:
    client = KafkaAdminClient(bootstrap_servers=broker)
    yield client
    client.close()


@pytest.fixture
def settings(stack: LocalStack, app_id: str) -> Settings:
    return stack.settings.model_copy(update={"app_id": app_id})


def look(settings: Settings) -> list[Finding]:
    return list(topics.look(settings))


@pytest.mark.parametrize(
    ("topic", "config", "value", "level", "says"),
    [
        ("profiles", "cleanup.policy", "delete", "wrong", "profiles is not compacted"),
        ("vitals", "max.message.bytes", "1048576", "warn", "vitals takes 1048576 bytes a record"),
        ("vitals", "message.timestamp.type", "CreateTime", "warn", "times in vitals are the senders'"),
        ("vitals", "retention.ms", "600000", "warn", "vitals are kept 10 min"),
        ("vitals", "retention.ms", "-1", "warn", "vitals are kept longer than Redis knows alerts"),
    ],
)
def test_a_topic_that_is_set_otherwise(
    settings: Settings,
    admin: KafkaAdminClient,
    topic: str,
    config: str,
    value: str,
    level: str,
    says: str,
) -> None:
    was = described(admin, topic)[config]
    alter(admin, topic, config, value)
    try:
        [told] = [line for line in bad(look(settings), level) if line.startswith("topics")]
    finally:
        alter(admin, topic, config, was)

    assert says in told


def test_topics_without_a_fault_are_told_as_such(settings: Settings, broker: str) -> None:
    findings = look(settings)

    assert bad(findings) == []
    assert bad(findings, "warn") == ["group: 0 workers, 0 records behind"]


def test_settings_that_do_not_fit_the_topics(settings: Settings, broker: str) -> None:
    other = settings.model_copy(update={"partitions": 3, "replication": 2})

    told = bad(look(other))

    assert told[0] == f"topics: they have {PARTITIONS} partitions, VITALSTREAM_PARTITIONS is 3"
    assert "topics: vitals has 1 of VITALSTREAM_REPLICATION=2 copies" in told


def test_records_that_no_worker_has_done(settings: Settings, broker: str) -> None:
    send(broker, "vitals", b"dora", b"{}")

    assert "group: 0 workers, 1 records behind" in bad(look(settings), "warn")


def test_a_clock_that_is_behind_the_brokers(settings: Settings, admin: KafkaAdminClient, broker: str) -> None:
    alter(admin, "vitals", "message.timestamp.type", "CreateTime")
    send(broker, "vitals", b"dora", b"{}", round(time.time() * 1000) + 60_000)

    told = bad(look(settings))
    fresh_topics(broker)

    assert len(told) == 1
    assert told[0].startswith("clock: the clock here is ") and told[0].endswith("s behind the broker's")


def test_pages_that_another_key_has_sealed(settings: Settings, admin: KafkaAdminClient, broker: str) -> None:
    changelog = f"{settings.app_id}-state-changelog"
    configs = {"cleanup.policy": "compact"}
    admin.create_topics(
        {changelog: {"num_partitions": PARTITIONS, "replication_factor": 1, "configs": configs}}
    )
    right, wrong = secrets.token_bytes(32), secrets.token_bytes(32)
    key = clock_key(0)
    # What is sealed need not be a page: the seal is looked at first, as by a worker.
    send(broker, changelog, key, Seal(right).write(key, 5, None))  # type: ignore[arg-type]

    well = look(settings.model_copy(update={"state_key": SecretStr(right.hex())}))
    forged = look(settings.model_copy(update={"state_key": SecretStr(wrong.hex())}))
    admin.delete_topics([changelog])

    assert "is that of the 1 newest stored pages" in [finding.says for finding in well]
    assert "state key: 1 of the 1 newest stored pages were sealed with another key" in bad(forged)[0]


def test_a_topic_that_is_missing_and_one_of_another_size(settings: Settings, broker: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=broker)
    try:
        admin.create_partitions({"feedback": PARTITIONS + 1})
        larger = bad(look(settings))
        admin.delete_topics(["feedback"])
        gone = missing(settings)
    finally:
        admin.close()
        fresh_topics(broker)

    assert larger == ["topics: feedback has 5 partitions, vitals 4: a wearer's records don't meet"]
    assert "there is no topic feedback" in gone


def missing(settings: Settings) -> str:
    with pytest.raises(Exception, match="there is no topic") as found:
        for _ in range(100):
            look(settings)
    return str(found.value)


def described(admin: KafkaAdminClient, topic: str) -> dict[str, str]:
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic)]
    found = admin.describe_configs(asked, config_filter="all")["topic"][topic]
    return {name: config["value"] for name, config in found.items()}


def alter(admin: KafkaAdminClient, topic: str, config: str, value: str) -> None:
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {config: value})])
    end = time.monotonic() + 20
    while described(admin, topic)[config] != value:
        assert time.monotonic() < end


def send(broker: str, topic: str, key: bytes, value: bytes, timestamp: int | None = None) -> None:
    producer = KafkaProducer(bootstrap_servers=broker)
    producer.send(topic, value, key, partition=0, timestamp_ms=timestamp).get(20)
    producer.close()
