"""State moves to another log: the offsets in it are told anew.

Pages are guarded by offsets of `vitals`. A new broker counts from 0, so a page taken over as it is would
skip the first records that come. The new log begins with the tail of the old one, what the stored state
has not seen; every offset in a page becomes a place in that tail. -1 stands for all that lies before it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from models.usefulness.cohorts import Lesson
from streams.engine.state.pages import ClockData, PageData, Seal, clock_key


class Tail:
    """Offsets in the old log of the records that the new one begins with."""

    def __init__(self, offsets: Sequence[int]) -> None:
        self._offsets = array("q", offsets)

    def __len__(self) -> int:
        return len(self._offsets)

    def last_seen(self, offset: int) -> int:
        """Where in the new log the last record lies that is at or before this old offset; -1 = none."""
        return bisect_right(self._offsets, offset) - 1

    def first_from(self, offset: int) -> int:
        """Where in the new log the first record lies that is at or behind this old offset."""
        return bisect_left(self._offsets, offset)


def position_of(seal: Seal, partition: int, pages: Mapping[bytes, bytes]) -> int:
    """The last offset that the stored state of a partition has seen; -1 when nothing is stored.

    Raises:
        Unreadable: the partition's own page does not authenticate, or is of another version.
    """
    key = clock_key(partition)
    return seal.open(key, pages[key], ClockData)[0] if key in pages else -1


def relocate(seal: Seal, key: bytes, value: bytes, tail: Tail) -> bytes:
    """A page for the new log, sealed anew. Raises Unreadable."""
    if key.endswith(b"/clock"):
        stamp, own = seal.open(key, value, ClockData)
        lineups = replace(own.lineups, since=tail.first_from(own.lineups.since))
        return seal.write(key, tail.last_seen(stamp), replace(own, lineups=lineups))
    stamp, data = seal.open(key, value, PageData)
    lessons = [_moved(lesson, tail) for lesson in data.lessons]
    return seal.write(key, tail.last_seen(stamp), replace(data, lessons=lessons))


def _moved(lesson: Lesson, tail: Tail) -> Lesson:
    return replace(lesson, offset=tail.last_seen(lesson.offset))
