"""A server on its own: errors at the start, stubborn ends, crashes and restarts with the data kept."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import redis
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from streams.errors import UserError
from streams.stack import LocalStack
from streams.stack.process import is_alive
from streams.stack.server import Definition, Server


def shell(folder: Path, script: str, **changes: float) -> Server:
    return Server(Definition("Shell", folder, 0, ["sh", "-c", script], lambda: False, **changes))  # type: ignore[arg-type]


def test_a_server_that_dies_at_the_start_is_told_with_the_end_of_its_log(tmp_path: Path) -> None:
    server = shell(tmp_path, "echo no such disk; exit 3")
    server.start()

    with pytest.raises(UserError, match=r"^Shell ended while starting.*no such disk$"):
        server.wait_ready()


def test_a_server_that_does_not_answer_in_time_is_told(tmp_path: Path) -> None:
    server = shell(tmp_path, "echo still thinking; sleep 60")
    server.start()

    with pytest.raises(UserError, match=r"did not answer within 0\.3 s.*still thinking$"):
        server.wait_ready(timeout_s=0.3)
    server.kill()


def test_a_server_that_ignores_the_request_to_stop_is_killed_after_its_patience(tmp_path: Path) -> None:
    server = shell(tmp_path, "trap '' TERM; while true; do sleep 0.1; done", patience_s=0.3)
    server.start()
    time.sleep(0.2)
    process = server.process

    assert server.stop()

    assert process is not None
    assert not is_alive(process)
    assert not server.stop()


def test_valkey_keeps_its_data_over_a_crash(stack: LocalStack, redis_url: str) -> None:
    client = redis.Redis.from_url(redis_url)
    client.set("alert", "raised")

    assert stack.valkey.kill()
    assert not stack.valkey.running
    assert stack.valkey.start()
    stack.valkey.wait_ready()

    assert redis.Redis.from_url(redis_url).get("alert") == b"raised"


def test_kafka_keeps_its_records_over_a_crash_and_a_clean_stop(stack: LocalStack) -> None:
    producer = KafkaProducer(bootstrap_servers=stack.broker, acks="all")
    sent = producer.send("risk", b"high", partition=0).get(timeout=60)
    producer.close()

    for end in (stack.kafka.kill, stack.kafka.stop):
        assert end()
        assert stack.kafka.start()
        stack.kafka.wait_ready()

    consumer = KafkaConsumer(bootstrap_servers=stack.broker)
    partition = TopicPartition("risk", 0)
    consumer.assign([partition])
    consumer.seek(partition, sent.offset)
    records = consumer.poll(timeout_ms=10_000)
    consumer.close()
    assert [r.value for r in records[partition]] == [b"high"]
