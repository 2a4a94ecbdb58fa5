"""Places in the stream of alerts: Redis stream ids that can be compared."""

from __future__ import annotations

import re
from typing import NamedTuple

LARGEST = 2**64 - 1
PATTERN = r"^[0-9]{1,15}(-[0-9]{1,20})?$"
"""15 digits are the milliseconds of 30,000 years: Redis takes more, but nothing after its largest id."""

_POSITION = re.compile(PATTERN.removesuffix("$"))


class Position(NamedTuple):
    """A stream id: milliseconds of the server's clock, and a number among those of one millisecond."""

    ms: int
    number: int

    def __str__(self) -> str:
        return f"{self.ms}-{self.number}"

    @property
    def before(self) -> Position:
        """The greatest id below this one; the beginning is before itself."""
        if self.number:
            return Position(self.ms, self.number - 1)
        return Position(self.ms - 1, LARGEST) if self.ms else BEGINNING


BEGINNING = Position(0, 0)
"""Before the oldest entry, whichever that is."""


def position(words: str) -> Position:
    """The place that a stream id names; without a number it is 0, as in Redis.

    Raises:
        ValueError: it is no stream id.
    """
    if not _POSITION.fullmatch(words):
        raise ValueError("no stream id: give one that came with an event, or 0 for the oldest kept")
    ms, _, number = words.partition("-")
    return Position(int(ms), min(int(number or 0), LARGEST))
