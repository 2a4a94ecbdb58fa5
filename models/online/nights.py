"""The last weeks of a wearer, one row a night: resting pulse, temperature, breath.

Resting minutes are those without steps for the last twelve (Mishra et al. 2020, Nat Biomed Eng 4:1208); the
night is 0 to 7 h local or, where the context knows of sleep, asleep. A row ends at 7 h local and is
kept as one byte a channel, so that four weeks of five vitals take 150 bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Final

import msgspec

from models.signals.activity import Context

KEPT: Final = 29
"""Rows that are kept: four weeks, and the newest beside them."""
DAWN: Final = 7 * 60
"""Local minute at which a night ends and a row is closed."""
DAY: Final = 1440
CALM_AFTER: Final = 12
"""Minutes without steps before a pulse is at rest (Mishra 2020)."""
BLOCK: Final = 30
"""Minutes whose mean is one block of the night's pulse; the night's value is the median of its blocks."""
BLOCK_FEWEST = 5
"""Fewest minutes that make a block."""
FEWEST: Final = {"hr": 4, "hr_day": 60}
"""Fewest blocks of a night, and minutes of any other channel, that make a value."""
FEWEST_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Channel:
    """How the nightly value of a vital is kept: from `low` on in steps of `step`, 255 of them."""

    signal: str
    low: float
    step: float


CHANNELS: Final = {
    "hr": Channel("hr", 25.0, 0.5),
    "hr_day": Channel("hr", 25.0, 0.5),
    "temp": Channel("temp", 30.0, 0.05),
    "rr": Channel("rr", 4.0, 0.2),
    "hrv": Channel("hrv", 0.5, 0.02),
    "spo2": Channel("spo2", 70.0, 0.125),
}
NIGHTLY: Final = ("temp", "rr", "hrv", "spo2")


class Open(msgspec.Struct, array_like=True, gc=False):
    """What the running night and the day before it have shown so far."""

    blocks: bytes = b""
    """Coded means of the half hours of the night's pulse."""
    block: int = -1
    """The half hour that is open, counted from local midnight."""
    sums: dict[str, tuple[int, int]] = {}
    """Sum (thousandths) and number of minutes, by channel; of the pulse at night the open half hour's."""


class Nights(msgspec.Struct, array_like=True, gc=False):
    """Rows of the last weeks, by channel, newest last, and the one that is open."""

    day: int = 0
    """Local day (since 1970) of the open row; 0 = nothing seen yet."""
    rows: dict[str, bytes] = {}
    """One code a night, newest last; 0 = not measured."""
    open: Open = msgspec.field(default_factory=Open)

    def put(self, at: int, context: Context, values: dict[str, float], still: int) -> bool:
        """Take one minute; True when it begins a new row, so that the one before is complete.

        `at` is the local minute since 1970, `still` how many minutes have had no steps. A minute of a row
        that is closed is left out. Only a minute with a pulse begins a row: another device may be ahead of
        the watch.
        """
        day = (at + DAY - DAWN) // DAY
        if day < self.day:
            return False
        began = day > self.day and "hr" in values
        if began:
            self._begin(day)
        elif day > self.day:
            return False
        if context in ("rest", "asleep", "unknown") and (still >= CALM_AFTER or context == "asleep"):
            self._add(at % DAY, context, values)
        return began

    def _begin(self, day: int) -> None:
        if self.day:
            self._close(min(day - self.day, KEPT) - 1)
        self.day = day
        self.open = Open()

    def _close(self, empty: int) -> None:
        """Keep the open row, and `empty` rows for days that were not worn at all."""
        found = self.open_values()
        for name in CHANNELS:
            value = found.get(name)
            if value is None and name not in self.rows:
                continue
            row = bytes((0 if value is None else code(name, value),)) + bytes(empty)
            self.rows[name] = (self.rows.get(name, b"") + row)[-KEPT:]
        for name in [name for name, row in self.rows.items() if not any(row)]:
            del self.rows[name]

    def _add(self, minute: int, context: Context, values: dict[str, float]) -> None:
        night = minute < DAWN or context == "asleep"
        pulse = values.get("hr")
        if pulse is not None and night:
            block = minute // BLOCK
            if block != self.open.block:
                self._end_block()
                self.open.block = block
            self._sum("hr", pulse)
        elif pulse is not None:
            self._sum("hr_day", pulse)
        if night:
            for name in NIGHTLY:
                value = values.get(name)
                if value is not None:
                    self._sum(name, value)

    def _sum(self, name: str, value: float) -> None:
        total, count = self.open.sums.get(name, (0, 0))
        self.open.sums[name] = total + round(1000 * value), count + 1

    def _end_block(self) -> None:
        total, count = self.open.sums.pop("hr", (0, 0))
        if count >= BLOCK_FEWEST:
            self.open.blocks += bytes((code("hr", total / count / 1000),))

    def open_values(self) -> dict[str, float]:
        """What the open row shows, by channel, where there is enough of it."""
        self._end_block()
        found = {}
        if len(self.open.blocks) >= FEWEST["hr"]:
            found["hr"] = median(value_of("hr", c) for c in self.open.blocks)
        for name, (total, count) in self.open.sums.items():
            if count >= FEWEST.get(name, FEWEST_MINUTES):
                found[name] = total / count / 1000
        if "hr" in found:
            # The pulse by day only stands in for a night that was not worn.
            found.pop("hr_day", None)
        return found

    def series(self, channel: str) -> list[float | None]:
        """The channel's values, one a night, newest last; None where it was not measured."""
        return [value_of(channel, c) if c else None for c in self.rows.get(channel, b"")]

    def shift(self, channel: str, by: float) -> None:
        """Move all kept values of a channel: its sensor reads otherwise now."""
        moved = [code(channel, value_of(channel, c) + by) if c else 0 for c in self.rows.get(channel, b"")]
        if moved:
            self.rows[channel] = bytes(moved)


def code(channel: str, value: float) -> int:
    """A value as 1 to 255; what lies outside of the channel's range counts as its end."""
    known = CHANNELS[channel]
    return min(max(round((value - known.low) / known.step), 0), 254) + 1


def value_of(channel: str, code: int) -> float:
    """The value of a code from 1 on."""
    known = CHANNELS[channel]
    return known.low + (code - 1) * known.step
