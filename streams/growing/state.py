"""Reads the pages of one generation of state, and writes those of the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from streams.backup import kafka
from streams.backup.layout import Progress
from streams.backup.lines import Record
from streams.backup.newest import newest_pages
from streams.engine.state.pages import PAGES, ClockData, Seal, Unreadable, clock_key, page_key
from streams.errors import UserError
from streams.growing.regroup import Place, RawPage, pool, regroup
from streams.settings import Settings

if TYPE_CHECKING:
    from kafka import KafkaConsumer

T = TypeVar("T")
Pages = Mapping[int, Mapping[bytes, bytes]]
"""By partition and key."""


def read_pages(client: KafkaConsumer, topic: str, partitions: int, progress: Progress) -> Pages:
    """As a recovery reads."""
    ends = kafka.ends(client, topic, partitions)
    with progress("stored state", sum(ends)) as moved:
        return {number: newest_pages(client, topic, number, end, moved) for number, end in enumerate(ends)}


def positions(seal: Seal, stored: Pages) -> dict[int, int]:
    """The last offset that each partition has judged, as its own page says. Raises UserError."""
    keys = {number: clock_key(number) for number, pages in stored.items() if pages}
    if lost := [number for number, key in keys.items() if key not in stored[number]]:
        raise UserError(f"the stored state of partition {lost[0]} has no page of its own: restore a backup")
    return {number: _open(seal, key, stored[number][key], ClockData)[0] for number, key in keys.items()}


def check_places(seal: Seal, stored: Pages, place: Place) -> int:
    """How many wearers there are. Raises UserError when one is not where the partitioner puts its key."""
    wearers = strangers = 0
    for number, pages in stored.items():
        for key, value in pages.items():
            if key != clock_key(number):
                names = _open(seal, key, value, RawPage)[1].wearers
                wearers += len(names)
                strangers += sum(place(name.encode()) != number for name in names)
    if strangers:
        raise UserError(
            f"{strangers} of {wearers} wearers are not in the partition that Kafka's default partitioner"
            " (murmur2) gives their key: let every gateway use it; where another one sends them can't be told"
        )
    return wearers


def moved_pages(seal: Seal, stored: Pages, place: Place, stamps: Sequence[int]) -> Iterator[Record]:
    """Every page of the new generation, own pages last. Raises UserError."""
    try:
        for number in range(PAGES):
            old = {
                partition: pages[page_key(partition, number)]
                for partition, pages in stored.items()
                if page_key(partition, number) in pages
            }
            for partition, value in sorted(regroup(seal, number, old, place, stamps).items()):
                yield _record(partition, page_key(partition, number), value)
        own = {number: pages[clock_key(number)] for number, pages in stored.items() if pages}
        for partition, value in pool(seal, own, stamps).items():
            yield _record(partition, clock_key(partition), value)
    except Unreadable as unreadable:
        raise UserError(f"stored state can't be read ({unreadable.reason})") from unreadable


def write_pages(settings: Settings, topic: str, records: Iterator[Record], progress: Progress) -> int:
    """Write pages and wait for the broker's answers; how many."""
    count = 0

    def told() -> Iterator[Record]:
        nonlocal count
        for record in records:
            yield record
            moved(1)
            count += 1

    with progress("new generation", 0) as moved, kafka.producer(settings) as out:
        kafka.send(out, topic, told())
    return count


def _record(partition: int, key: bytes, value: bytes) -> Record:
    return Record(partition, 0, None, key, value, [])


def _open(seal: Seal, key: bytes, value: bytes, kind: type[T]) -> tuple[int, T]:
    try:
        return seal.open(key, value, kind)
    except Unreadable as unreadable:
        raise UserError(
            f"page {key.decode()} of the stored state can't be read ({unreadable.reason}): is this the"
            " workers' VITALSTREAM_STATE_KEY, and their version of vitalstream?"
        ) from unreadable
