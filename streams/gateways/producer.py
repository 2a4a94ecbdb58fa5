"""Writes packets, profiles and answers to their topics, counting exactly what the broker has taken."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

import msgspec
from kafka import KafkaProducer
from kafka.errors import MessageSizeTooLargeError
from kafka.partitioner import DefaultPartitioner

from streams.errors import UserError
from streams.records import Feedback, Profile, VitalsPacket
from streams.tracing import sending
from streams.wires import Broker, client_options

Record = VitalsPacket | Profile | Feedback
TOPICS: dict[type, str] = {VitalsPacket: "vitals", Profile: "profiles", Feedback: "feedback"}
LARGEST_BYTES = 16 * 1024 * 1024
"""What the topic takes; the broker refuses more."""


class VitalsProducer:
    """A kafka-python producer of packets; use it as a context manager.

    Idempotent, acknowledged by all replicas: after the `with` block `produced` records are in Kafka, once
    each. The key is the wearer, so that a wearer's packets stay in order in one partition.
    """

    def __init__(self, broker: Broker | str, *, patience_s: float = 10.0, linger_ms: int = 20) -> None:
        self._sent = 0
        self._failed = 0
        self._error: BaseException | None = None
        self._traces = sending()
        self._encode: Callable[[Record], bytes] = msgspec.json.Encoder().encode
        self._producer = KafkaProducer(
            **client_options(broker),
            client_id="vitalstream-gateway",
            bootstrap_timeout_ms=int(patience_s * 1000),
            max_block_ms=int(patience_s * 1000),
            allow_auto_create_topics=False,
            acks="all",
            enable_idempotence=True,
            # JSON of a hundred packets: fewer, larger requests cost both sides less.
            # (kafka-python takes its checksums from the package crc32c: without it a kilobyte costs 94 µs.)
            batch_size=128 * 1024,
            linger_ms=linger_ms,
            max_request_size=LARGEST_BYTES,
            metrics_enabled=False,
            partitioner=_Partitioner(),
        )

    @property
    def produced(self) -> int:
        """Records handed over and not failed; exact after `flush`."""
        return self._sent - self._failed

    def send(self, record: Record) -> None:
        """Hand over a record. Blocks while the buffer is full; raises UserError once one has failed."""
        if self._error is not None:
            raise self._told()
        topic = TOPICS[type(record)]
        try:
            future = self._handed(topic, self._encode(record), record.wearer.encode())
        except MessageSizeTooLargeError as error:
            raise UserError(f"a record is too large for topic {topic}: {error}") from error
        future.add_errback(self._on_error)
        self._sent += 1

    def flush(self) -> None:
        """Wait until the broker has answered for everything sent; raises UserError when it refused some."""
        self._producer.flush(timeout=60)
        if self._error is not None:
            raise self._told()

    def __enter__(self) -> VitalsProducer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self.flush()
        finally:
            self._producer.close(timeout=10 if error is None else 2)
            if self._traces is not None:
                self._traces.close()

    def _handed(self, topic: str, value: bytes, key: bytes) -> Any:
        if self._traces is None:
            return self._producer.send(topic, value, key)
        headers, end = self._traces.begin(topic)
        future = self._producer.send(topic, value, key, headers)
        future.add_callback(lambda _: end(None))
        future.add_errback(end)
        return future

    def _on_error(self, error: BaseException) -> None:
        self._failed += 1
        self._error = self._error or error

    def _told(self) -> UserError:
        name = type(self._error).__name__
        return UserError(f"Kafka did not take {self._failed} of {self._sent} records: {name}")


class _Partitioner(DefaultPartitioner):  # type: ignore[misc]
    """Kafka's own choice for a key, hashed once a wearer: murmur2 in Python is slow."""

    def __init__(self) -> None:
        self._known: dict[bytes, int] = {}

    def partition(
        self,
        topic: str,
        key: bytes,
        serialized_key: bytes,
        value: Any,
        serialized_value: Any,
        cluster: Any,
    ) -> int:
        known = self._known.get(serialized_key)
        if known is None:
            known = int(super().partition(topic, key, serialized_key, value, serialized_value, cluster))
            self._known[serialized_key] = known
        return known
