"""What is kept for treatments: a month of daily values, the day that runs, and what is watched."""

from __future__ import annotations

import msgspec

from models.treatment.signals import TABLE

DAY_MS = 86_400_000
NOON_MS = DAY_MS // 2
BEFORE = 14
"""Days before a treatment that it is compared with."""


class Today(msgspec.Struct, array_like=True, gc=False):
    """The running day of one vital: how many readings bear its level out, and the level."""

    count: int
    level: float


class Outcome(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A comparison that is final: place in the table, means, half the interval (vital's unit), days."""

    place: int
    before: float
    after: float
    half: float
    days_before: int
    days_after: int


class Treatment(msgspec.Struct, array_like=True, gc=False):
    """A medicine or habit that is watched."""

    code: str
    """ATC code, or name of the habit."""
    habit: bool
    started: int
    """ms UTC"""
    day: int
    """The wearer's day on which it started; counts neither before nor after."""
    before: bytes = b""
    """For each vital that was known before: its place in the table, then its newest 14 days, oldest first."""
    outcomes: list[Outcome] | None = None
    """None until four weeks are over."""

    def row(self, place: int) -> bytes:
        """The days before of one vital; empty where nothing was known."""
        for at in range(0, len(self.before), BEFORE + 1):
            if self.before[at] == place:
                return self.before[at + 1 : at + 1 + BEFORE]
        return b""

    def rows(self) -> dict[int, bytes]:
        """The days before, by place in the table."""
        size = BEFORE + 1
        return {self.before[at]: self.before[at + 1 : at + size] for at in range(0, len(self.before), size)}


class Run(msgspec.Struct, array_like=True, gc=False):
    """Readings in a row that show harm: the first and the last minute, ms UTC."""

    since: int
    last: int


class Treatments(msgspec.Struct, array_like=True, gc=False):
    """All that is kept of one wearer."""

    day: int = 0
    """The wearer's running day; days begin at local noon, so that a night lies in one."""
    today: dict[int, Today] = {}
    rows: dict[int, bytes] = {}
    """The days before the running one by place in the table, oldest first, at most 28."""
    watched: list[Treatment] = []
    """Newest first."""
    followed: int = 0
    """Hour (since 1970) for which the profile's treatments were last gone through."""
    runs: dict[str, Run] = {}
    """Harm that is being seen, by vital, side and level."""

    def days(self, place: int, first: int, last: int) -> list[float | None]:
        """Values of the days `first` to `last`, both in it, as far as they are over."""
        row, table = self.rows.get(place, b""), TABLE[place]
        oldest = self.day - len(row)
        return [
            table.value(row[day - oldest]) if day >= oldest and row[day - oldest] else None
            for day in range(first, min(last, self.day - 1) + 1)
        ]


def day_of(time: int, utc_offset: int) -> int:
    """The wearer's day of a time (ms UTC; minutes east of UTC)."""
    return (time + utc_offset * 60_000 - NOON_MS) // DAY_MS
