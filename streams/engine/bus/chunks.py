"""Cuts what was fetched of partitions into chunks, and joins small ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from faust.types import TP

from streams.engine.contracts import RawRecord


@dataclass(frozen=True, slots=True)
class Chunk:
    """Records of one partition that follow each other in its log; at least one."""

    tp: TP
    records: Sequence[RawRecord]
    fetch: int
    """How many rewinds of the partition were finished when the fetch began."""

    @property
    def size(self) -> int:
        """Bytes of the values."""
        return sum(len(record.value or b"") for record in self.records)


def cut(records: list[Any], limit: int, size: int) -> Iterator[list[Any]]:
    """Parts of at most `limit` records and about `size` bytes; a larger record is a part of its own."""
    part: list[Any] = []
    held = 0
    for record in records:
        length = len(record.value or b"")
        if part and (len(part) == limit or held + length > size):
            yield part
            part, held = [], 0
        part.append(record)
        held += length
    if part:
        yield part


def joined(chunks: Iterable[Chunk], limit: int, size: int) -> Iterator[list[Chunk]]:
    """Chunks of one topic together, at most `limit` records and `size` bytes; a larger one stays alone.

    Give it one chunk of a partition at most: nothing keeps two of them in order.
    """
    topics: dict[str, list[Chunk]] = {}
    for chunk in chunks:
        topics.setdefault(chunk.tp.topic, []).append(chunk)
    for of_topic in topics.values():
        together: list[Chunk] = []
        records = held = 0
        for chunk in of_topic:
            records, held = records + len(chunk.records), held + chunk.size
            if together and (records > limit or held > size):
                yield together
                together, records, held = [], len(chunk.records), chunk.size
            together.append(chunk)
        yield together
