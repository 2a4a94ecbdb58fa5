"""Records that producers of other makes can send, and kafka-python only when it is helped."""

from __future__ import annotations

import hashlib
import signal

from kafka import KafkaProducer

from tests.integration.conftest import Bench
from tests.integration.test_hostile_records import START, column, packet

MUCH = 18 * 1024 * 1024


class NotUtf8(str):
    """A header's name that is not UTF-8 on the wire."""

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return b"\xff\xfe"


def good(minute: int, wearer: bytes = b"w") -> bytes:
    return packet(column(b"hr", START + minute * 60_000, b"70"), wearer, seq=minute)


def test_a_record_larger_than_can_be_sent_is_rejected_without_its_value(bench: Bench) -> None:
    value = bytes(MUCH)
    producer = KafkaProducer(
        bootstrap_servers=bench.settings.broker, compression_type="gzip", max_request_size=2 * MUCH
    )
    producer.send("vitals", value, b"w", partition=0).get(60)
    producer.close()
    bench.produce([(b"w", good(1))], partition=0)
    worker = bench.start()
    port = worker.wait_ready()
    bench.wait_done()

    (letter,) = bench.observer.records("vitals.rejected")
    told = dict(letter.headers)

    assert letter.value is None
    assert told["reason"] == b"too_large"
    assert told["value_bytes"] == str(MUCH).encode()
    assert told["value_sha256"] == hashlib.sha256(value).hexdigest().encode()
    assert worker.figures(port).outcomes["scored"] == 1
    assert worker.end(signal.SIGTERM) == 0


def test_a_header_whose_name_is_not_utf8_does_not_stop_its_partition(bench: Bench) -> None:
    bench.produce([(b"w", good(1))], partition=0)
    producer = KafkaProducer(bootstrap_servers=bench.settings.broker)
    producer.send("vitals", good(2), b"w", headers=[(NotUtf8("x"), b"1")], partition=0).get(60)
    producer.close()
    bench.produce([(b"w", good(3))], partition=0)
    worker = bench.start()
    port = worker.wait_ready()
    bench.wait_done(30)

    assert worker.figures(port).outcomes["scored"] == 3
    assert worker.end(signal.SIGTERM) == 0
