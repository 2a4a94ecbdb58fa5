"""Fetched records are cut into chunks, and small chunks of several partitions come together."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from faust.types import TP

from streams.engine.bus.chunks import Chunk, cut, joined
from tests.streams.engine.state.test_gate import Record

SIZE = 1000


def records(count: int, size: int = 1, first: int = 0) -> list[Record]:
    return [Record(first + n, b"w", b"x" * size) for n in range(count)]


def chunk(partition: int, count: int, size: int = 1, topic: str = "vitals") -> Chunk:
    return Chunk(TP(topic, partition), records(count, size), 0)


def counts(together: Sequence[Sequence[Chunk]]) -> list[dict[int, int]]:
    return [{chunk.tp.partition: len(chunk.records) for chunk in chunks} for chunks in together]


@pytest.mark.parametrize(
    ("found", "limit", "parts"),
    [
        (records(3), 5, [3]),
        (records(5), 5, [5]),
        (records(6), 5, [5, 1]),
        (records(5, size=400), 5, [2, 2, 1]),
        (records(2, size=5000), 5, [1, 1]),
    ],
)
def test_parts_are_of_so_many_records_and_bytes_and_keep_their_order(
    found: list[Record], limit: int, parts: list[int]
) -> None:
    got = list(cut(found, limit, SIZE))

    assert [len(part) for part in got] == parts
    assert [record for part in got for record in part] == found


def test_small_chunks_come_together() -> None:
    got = list(joined([chunk(n, 3) for n in range(4)], 10, SIZE))

    assert counts(got) == [{0: 3, 1: 3, 2: 3}, {3: 3}]


def test_full_chunks_stay_alone() -> None:
    assert counts(list(joined([chunk(0, 10), chunk(1, 12), chunk(2, 1)], 10, SIZE))) == [
        {0: 10},
        {1: 12},
        {2: 1},
    ]


def test_bytes_count_too() -> None:
    assert counts(list(joined([chunk(n, 2, size=300) for n in range(3)], 100, SIZE))) == [
        {0: 2},
        {1: 2},
        {2: 2},
    ]


def test_topics_stay_apart() -> None:
    got = list(joined([chunk(0, 1), chunk(0, 1, topic="profiles"), chunk(1, 1)], 10, SIZE))

    assert [[chunk.tp for chunk in together] for together in got] == [
        [TP("vitals", 0), TP("vitals", 1)],
        [TP("profiles", 0)],
    ]


def test_nothing_is_no_message() -> None:
    assert list(joined([], 10, SIZE)) == []
