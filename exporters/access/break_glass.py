"""Break-glass: a clinician sees a wearer who is not theirs, for a reason and for minutes.

What runs is in a file, so that it survives a restart and every process of the service knows of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from exporters.access.live_file import LiveFile
from streams.malformed import MALFORMED

RUNNING = 10  # wearers at once, for one person: an emergency, not a way to work


class Glass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One wearer opened to one person, `since` to `until` (ms UTC)."""

    who: str
    wearer: str
    reason: str
    since: int
    until: int


class TooMany(Exception):
    """As many wearers are open to one person as may be at once."""


class BreakGlass:
    """The openings in a file."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._file = LiveFile(path, _read)

    def running(self) -> list[Glass]:
        """Every opening that runs now. Raises OSError or ValueError."""
        return self._running(self._file.now())

    def wearers(self, who: str) -> frozenset[str]:
        """The wearers that are open to this person now. Raises OSError or ValueError."""
        return frozenset(glass.wearer for glass in self.running() if glass.who == who)

    def prepare(self, who: str, wearer: str, reason: str, minutes: int) -> Glass:
        """An opening, not in force yet. Raises TooMany."""
        others = self.wearers(who) - {wearer}
        if len(others) >= RUNNING:
            raise TooMany
        now = int(self._clock() * 1000)
        return Glass(who, wearer, reason, now, now + minutes * 60_000)

    def open(self, glass: Glass) -> None:
        """Put an opening in force, in the place of an earlier one of the same wearer."""
        self._file.change(lambda known: _bytes([*self._others(known, glass), glass]))

    def end(self, who: str) -> None:
        """End what is open to this person. Raises OSError or ValueError."""
        if self.wearers(who):
            self._file.change(lambda known: _bytes([glass for glass in known if glass.who != who]))

    def _others(self, known: Iterable[Glass], glass: Glass) -> list[Glass]:
        of = glass.who, glass.wearer
        return [other for other in self._running(known) if (other.who, other.wearer) != of]

    def _running(self, known: Iterable[Glass]) -> list[Glass]:
        now = self._clock() * 1000
        return [glass for glass in known if glass.until > now]


def _bytes(openings: list[Glass]) -> bytes:
    return msgspec.json.encode(openings) + b"\n"


def _read(data: bytes | None) -> tuple[Glass, ...]:
    # A damaged file raises: nobody gets in by it, and that it is damaged shows.
    try:
        return () if data is None else tuple(msgspec.json.decode(data, type=list[Glass]))
    except MALFORMED as error:
        raise ValueError("break-glass.json can't be read as openings") from error
