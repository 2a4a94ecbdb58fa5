"""Reads from outside what servers hold: the log, the stored state, dead letters, alerts in Redis."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from typing import Any

import msgspec
import redis
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError

from streams.chaos.reference import recovered, shard_maker
from streams.chaos.verdict import Letter
from streams.engine.names import CONTROL, ID, KIND, REJECTED, VITALS
from streams.records import Alert, Outcome
from streams.settings import Settings
from streams.wires import client_options, redis_url

LARGEST = 64 * 1024 * 1024
STREAM = "vitalstream:alerts"
PATIENCE_S = 30.0


class Witness:
    """Follows the topics of a stack; each look takes in what is new."""

    def __init__(self, settings: Settings) -> None:
        self._changelog = f"{settings.app_id}-state-changelog"
        self._partitions = range(settings.partitions)
        self._broker = settings.broker
        self._consumer = self._connect()
        self._next: dict[TopicPartition, int] = {}
        """Where each partition was read up to."""
        self._redis = redis.Redis.from_url(redis_url(settings))
        self._since = "-"
        self.pages: defaultdict[int, dict[bytes, bytes]] = defaultdict(dict)
        """Of each partition, each page as it was stored last: what compaction would leave."""
        self.letters: set[Letter] = set()
        self.alerts: list[Alert] = []
        self.logged = 0
        self._said: set[str] = set()
        """Profiles and answers, by where they are."""
        self._copied: set[str] = set()
        """Of these, whose copies are in `vitals`."""

    def _connect(self) -> Any:
        options = client_options(self._broker)
        return KafkaConsumer(**options, max_partition_fetch_bytes=LARGEST, fetch_max_bytes=LARGEST)

    def close(self) -> None:
        """Let go of the servers."""
        self._consumer.close()
        self._redis.close()

    @property
    def uncopied(self) -> int:
        """Profiles and answers that Kafka holds and that never came into `vitals`."""
        return len(self._said - self._copied)

    def look(self) -> list[Any]:
        """Take in what is new; gives new records of `vitals` by partition and offset."""
        vitals = []
        for record in self._new([VITALS, *CONTROL, REJECTED, self._changelog]):
            headers = dict(record.headers)
            if record.topic == VITALS:
                vitals.append(record)
                self.logged += KIND not in headers
                self._copied |= {headers[ID].decode()} if KIND in headers and ID in headers else set()
            elif record.topic in CONTROL:
                self._said.add(f"{record.topic}/{record.partition}/{record.offset}")
            elif record.topic == REJECTED:
                place = int(headers["partition"]), int(headers["offset"])
                self.letters.add((*place, headers["reason"].decode()))
            else:
                self.pages[record.partition][record.key] = record.value
        self._read_alerts()
        return vitals

    def _new(self, topics: list[str]) -> list[Any]:
        """Raises KafkaError when Kafka does not answer a new client either: a broker that was killed can
        leave one behind that waits for ever.
        """
        tps = [TopicPartition(topic, number) for topic in topics for number in self._partitions]
        try:
            found = self._read(tps)
        except KafkaError:
            self._consumer.close()
            self._consumer = self._connect()
            found = self._read(tps)
        return sorted(found, key=lambda record: (record.topic, record.partition, record.offset))

    def _read(self, tps: list[TopicPartition]) -> list[Any]:
        consumer, found = self._consumer, list[Any]()
        begins, ends = consumer.beginning_offsets(tps), consumer.end_offsets(tps)
        consumer.assign(tps)
        for tp in tps:
            consumer.seek(tp, self._next.get(tp, begins[tp]))
        deadline = time.monotonic() + PATIENCE_S
        while any(consumer.position(tp) < ends[tp] for tp in tps):
            for batch in consumer.poll(timeout_ms=200).values():
                found += batch
                deadline = time.monotonic() + PATIENCE_S
            if time.monotonic() > deadline:
                raise KafkaTimeoutError("nothing comes of what is there")
        self._next = {tp: consumer.position(tp) for tp in tps}
        return found

    def _read_alerts(self) -> None:
        decode = msgspec.json.Decoder(Alert).decode
        entries: Any = self._redis.xrange(STREAM, min=self._since)
        for entry, fields in entries:
            self.alerts.append(decode(fields[b"body"]))
            self._since = f"({entry.decode()}"


def stored_outcomes(settings: Settings) -> Counter[Outcome]:
    """What became of packets as the stored state counts it: exact, whatever befell workers."""
    assert settings.state_key is not None
    witness = Witness(settings)
    try:
        witness.look()
    finally:
        witness.close()
    make = shard_maker(settings, bytes.fromhex(settings.state_key.get_secret_value()))
    return recovered(make, witness.pages, settings.partitions)[0]
