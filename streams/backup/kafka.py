"""What backup and restore ask of Kafka: records of a span, ends, committed offsets."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from streams.backup.lines import Record
from streams.engine.configuration import LARGEST_RECORD
from streams.errors import UserError
from streams.settings import MEBIBYTE, Settings
from streams.wires import Broker, admin_client, client_options

if TYPE_CHECKING:
    from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer

SILENCE_S = 60.0
"""A broker that gives nothing for so long is taken to be away."""
FETCH_BYTES = 64 * MEBIBYTE
WINDOW = 500
"""Records sent before their answers are waited for."""


@contextmanager
def consumer(settings: Settings) -> Iterator[KafkaConsumer]:
    """A consumer that takes no part in its group's sharing, but may look at and set its offsets."""
    from kafka import KafkaConsumer

    made = KafkaConsumer(
        **client_options(Broker.of(settings)),
        group_id=settings.app_id,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=FETCH_BYTES,
        fetch_max_bytes=FETCH_BYTES,
    )
    try:
        yield made
    finally:
        made.close()


@contextmanager
def producer(settings: Settings) -> Iterator[KafkaProducer]:
    """A producer that waits for every copy and keeps the order."""
    from kafka import KafkaProducer

    made = KafkaProducer(
        **client_options(Broker.of(settings)),
        acks="all",
        enable_idempotence=True,
        linger_ms=20,
        max_request_size=LARGEST_RECORD,
    )
    try:
        yield made
    finally:
        made.close()


@contextmanager
def admin(settings: Settings) -> Iterator[KafkaAdminClient]:
    """An admin client of these settings' broker."""
    with admin_client(Broker.of(settings)) as made:
        yield made


def make_topic(
    settings: Settings, client: KafkaAdminClient, topic: str, partitions: int, configs: Mapping[str, str]
) -> None:
    """Make a topic where it is missing."""
    from kafka.errors import TopicAlreadyExistsError

    wanted = {
        "num_partitions": partitions,
        "replication_factor": settings.replication,
        "configs": dict(configs),
    }
    with suppress(TopicAlreadyExistsError):
        client.create_topics({topic: wanted})
        client.wait_for_topics([topic])


def ends(client: KafkaConsumer, topic: str, count: int, first: int = 0) -> list[int]:
    """The offset behind the last record of each of `count` partitions, beginning with `first`."""
    found = client.end_offsets(_tps(topic, count, first))
    return [int(found[tp]) for tp in _tps(topic, count, first)]


def committed(client: KafkaConsumer, topic: str, count: int) -> list[int]:
    """Where the group would go on in each partition; 0 where it has not begun."""
    return [int(client.committed(tp) or 0) for tp in _tps(topic, count)]


def commit(client: KafkaConsumer, offsets: Mapping[str, Sequence[int]]) -> None:
    """Set where the group goes on. Raises UserError while the group has members."""
    from kafka import OffsetAndMetadata, TopicPartition
    from kafka.errors import KafkaError

    wanted = {
        TopicPartition(topic, number): OffsetAndMetadata(offset, "", -1)
        for topic, partitions in offsets.items()
        for number, offset in enumerate(partitions)
    }
    client.assign(list(wanted))
    try:
        client.commit(wanted)
    except KafkaError as error:
        raise UserError(
            f"the broker does not take the group's offsets ({type(error).__name__}): stop all workers"
        ) from error


def span(client: KafkaConsumer, topic: str, partition: int, start: int, end: int) -> Iterator[Record]:
    """Records of one partition from offset `start` (or the oldest that is kept) up to `end`, exclusive."""
    [tp] = _tps(topic, 1, partition)
    client.assign([tp])
    client.seek(tp, max(start, int(client.beginning_offsets([tp])[tp])))
    heard = time.monotonic()
    while client.position(tp) < end:
        found = client.poll(timeout_ms=500).get(tp, [])
        if found:
            heard = time.monotonic()
        elif time.monotonic() - heard > SILENCE_S:
            raise UserError(f"topic {topic}, partition {partition}: nothing came for {SILENCE_S:.0f} s")
        for record in found:
            if record.offset < end:
                yield _record(record)


def _record(record: Any) -> Record:
    headers = [(name, value or b"") for name, value in record.headers]
    return Record(record.partition, record.offset, record.timestamp, record.key, record.value, headers)


def _tps(topic: str, count: int, first: int = 0) -> list[Any]:
    from kafka import TopicPartition

    return [TopicPartition(topic, number) for number in range(first, first + count)]


def send(client: KafkaProducer, topic: str, records: Iterable[Record]) -> None:
    """Append records, each to its partition, in order.

    Raises:
        kafka.errors.KafkaError: the broker refused one.
    """
    waiting: list[Any] = []
    for record in records:
        waiting.append(
            client.send(topic, record.value, record.key, record.headers, record.partition, record.timestamp)
        )
        if len(waiting) >= WINDOW:
            _confirm(client, waiting)
    _confirm(client, waiting)


def _confirm(client: KafkaProducer, waiting: list[Any]) -> None:
    client.flush()
    for future in waiting:
        future.get(timeout=SILENCE_S)
    waiting.clear()
