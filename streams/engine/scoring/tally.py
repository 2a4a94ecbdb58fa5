"""What a chunk adds to the metrics beside its records: counted while it is decided, told once a chunk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from models.usefulness.taught import Taught
from models.view import View

DAY_MS = 86_400_000
MINUTE_MS = 60_000


class TallyMetrics(Protocol):
    """What is told of it."""

    def windows(self, counts: Mapping[tuple[str, str], int]) -> None:
        """Windows of a minute, by signal and verdict."""

    def held_back(self, condition: str, reason: str) -> None:
        """What was long enough for an alert is over without one."""

    def acknowledged(self, priority: str, seconds: float) -> None:
        """Stream time from raise to acknowledgement."""

    def wearer_day(self, priorities: Iterable[str]) -> None:
        """A wearer's day is over; priorities of its alerts."""


@dataclass(slots=True)
class Tally:
    """Counts of one chunk; holds no wearer."""

    windows: dict[tuple[str, str], int] = field(default_factory=dict)
    """One-minute windows by signal and what the quality gate says of them."""
    held_back: list[tuple[str, str]] = field(default_factory=list)
    """Condition and reason of what was long enough for an alert and ended without one."""
    acknowledged: list[tuple[str, float]] = field(default_factory=list)
    """Priority, and seconds of stream time from raise to acknowledgement."""
    days: list[list[str]] = field(default_factory=list)
    """For each wearer's day that is over, the priorities of the alerts raised on it."""

    def see(self, views: Iterable[View]) -> None:
        """Count the windows of these minutes."""
        windows = self.windows
        for view in views:
            causes = view.causes
            for signal, quality in view.quality.items():
                verdict = causes.get(signal) or ("good" if quality.cause is None else "partly")
                key = signal, verdict
                windows[key] = windows.get(key, 0) + 1

    def acknowledge(self, alert: str, priority: str, taught: Taught, now: int) -> None:
        """Note an acknowledgement at stream time `now` (ms), where it is known when the alert was raised."""
        told = taught.find(alert, now)
        if told is not None:
            self.acknowledged.append((priority, now / 1000 - told.raised_s))

    def tell(self, metrics: TallyMetrics) -> None:
        """Add all to the metrics."""
        if self.windows:
            metrics.windows(self.windows)
        for condition, reason in self.held_back:
            metrics.held_back(condition, reason)
        for priority, seconds in self.acknowledged:
            metrics.acknowledged(priority, seconds)
        for priorities in self.days:
            metrics.wearer_day(priorities)


def day_of(time: int, utc_offset: int) -> int:
    """The local day of a time (ms UTC), `utc_offset` minutes east: days since 1970."""
    return (time + utc_offset * MINUTE_MS) // DAY_MS


@dataclass(slots=True)
class Days:
    """Local days of wearers that a chunk ends: what was raised on them is known when it is decided."""

    ended: list[tuple[Taught, int, int]] = field(default_factory=list)

    def hear(self, taught: Taught, before: int, now: int, utc_offset: int) -> None:
        """A wearer is heard of at stream time `now`, and was last at `before` (ms; 0 = never)."""
        day = day_of(before, utc_offset)
        if before and day < day_of(now, utc_offset):
            self.ended.append((taught, day, utc_offset))

    def close(self) -> list[list[str]]:
        """The priorities of the alerts raised on each of them."""
        return [_raised(*one) for one in self.ended]


def _raised(taught: Taught, day: int, utc_offset: int) -> list[str]:
    begin = (day * DAY_MS - utc_offset * MINUTE_MS) // 1000
    return taught.raised(begin, begin + DAY_MS // 1000)
