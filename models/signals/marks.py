"""Which packets of a device were seen, as long as a second one could do harm."""

from __future__ import annotations

import sys
from array import array
from typing import Final

FEWEST: Final = 16
"""Packets that are remembered however long ago they came: what syncs rarely can still be open."""
SPAN_MS: Final = 120_000
"""Event time (ms) that is remembered beyond them: a minute and the lateness that ships."""
MOST: Final = 256
"""Packets that are remembered at most: four minutes of one each second."""


class Marks:
    """The newest packets of one device, four bytes each.

    A mark is start + sequence · 2³²/φ (mod 2³²). Multiples of the golden section lie far apart (Knuth, The
    Art of Computer Programming 3, 6.4): marks of packets within an hour of each other and of less than 256
    sequence numbers are never the same, and others by chance in 2³².
    """

    __slots__ = ("_marks", "_older", "_since")

    def __init__(self, marks: bytes = b"", older: int = 0, since: int = 0) -> None:
        """What `stored` gave."""
        self._marks, self._older, self._since = array("I", marks), older, since

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Marks) and self.stored() == other.stored()

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(self._marks)

    def repeated(self, seq: int, start: int) -> bool:
        """Whether the packet of this number and start (ms UTC) was seen; remembers it if not."""
        mark, marks = (start + seq * 0x9E37_79B1) & 0xFFFF_FFFF, self._marks
        # Among the bytes first: many numbers one by one take five times as long.
        if mark.to_bytes(4, sys.byteorder) in marks.tobytes() and mark in marks:
            return True
        newer = len(marks) - self._older
        if newer >= MOST // 2 or (newer >= FEWEST and start - self._since >= SPAN_MS):
            del marks[: self._older]
            self._older, self._since = newer, start
        elif not newer:
            self._since = start
        marks.append(mark)
        return False

    def stored(self) -> tuple[bytes, int, int]:
        """The marks as bytes, how many of them are of the older half, and when the newer began."""
        return self._marks.tobytes(), self._older, self._since
