"""Profiles go to their wearer's new partition, each the latest, and are taken back in the old one.

The topic is compacted, so that whoever reads it anew learns of every wearer. Workers know these profiles
by now: what is written here is marked, and the group's place is put behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from streams.backup import kafka
from streams.backup.lines import Record
from streams.engine.names import PROFILES
from streams.growing.place import place_among
from streams.settings import Settings

if TYPE_CHECKING:
    from kafka import KafkaConsumer

MARK = ("moved", b"1")


def move_profiles(settings: Settings, client: KafkaConsumer, ends: list[int], wanted: int) -> int:
    """Move what lies before `ends` in the old partitions; how many went. May be done again."""
    place, leaving = place_among(wanted), list[Record]()
    for number, end in enumerate(ends):
        latest = {
            record.key: record for record in kafka.span(client, PROFILES, number, 0, _end(client, number))
        }
        leaving += [
            record
            for key, record in latest.items()
            if key and record.value is not None and record.offset < end and place(key) != number
        ]
    with kafka.producer(settings) as out:
        kafka.send(out, PROFILES, (_copy(record, place(record.key or b"")) for record in leaving))
        # Only when all are at their new place: a crash in between leaves them at both.
        kafka.send(out, PROFILES, (_taken_back(record) for record in leaving))
    starts = [*ends, *[0] * (wanted - len(ends))]
    places = [_behind_ours(client, number, start) for number, start in enumerate(starts)]
    kafka.commit(client, {PROFILES: places})
    return len(leaving)


def _copy(record: Record, partition: int) -> Record:
    headers = [header for header in record.headers if header[0] != MARK[0]]
    return Record(partition, 0, record.timestamp, record.key, record.value, [*headers, MARK])


def _taken_back(record: Record) -> Record:
    return Record(record.partition, 0, None, record.key, None, [MARK])


def _behind_ours(client: KafkaConsumer, partition: int, start: int) -> int:
    """The offset of the first record from `start` on that was not written here."""
    end = _end(client, partition)
    for record in _span(client, partition, start, end):
        if MARK not in record.headers:
            return record.offset
    return end


def _span(client: KafkaConsumer, partition: int, start: int, end: int) -> Iterator[Record]:
    return kafka.span(client, PROFILES, partition, start, end)


def _end(client: KafkaConsumer, partition: int) -> int:
    [end] = kafka.ends(client, PROFILES, 1, partition)
    return end
