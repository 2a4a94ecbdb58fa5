"""A wearer's line of the board: the newest trace in the words of the field, most unusual signal first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from exporters.alerts.card_words import words
from models.risk.contribution import UNITS
from streams.records import Millis, Priority, Reading, Share, Trace

Level = Priority | Literal["none"]

LEVELS: tuple[Level, ...] = ("none", "info", "low", "medium", "high")
"""From the mildest to the gravest."""
BAND_SPREADS = 4.0
"""Spreads from the lower to the upper edge of the own usual: two on either side."""
LEAST_SPREADS = 1.0
"""Nearer to the usual than this, a signal is not called strange; a third of usual minutes are further off."""
DIGITS = 3


class Strange(Struct, frozen=True, gc=False):
    """A signal away from the wearer's own usual, and how far: the change in its unit and in spreads."""

    signal: str
    value: float
    usual: float
    low: float
    high: float
    unit: str
    change: float
    spreads: float


class Row(Struct, frozen=True):
    """One wearer at a glance, at the time of the newest trace or risk; no level where it may not be seen."""

    wearer: str
    time: Millis
    level: Level | None = None
    context: str = ""
    unusual: Share | None = None
    strange: list[Strange] = field(default_factory=list)
    unusable: dict[str, str] = field(default_factory=dict)
    stale: bool = False
    alerts: Mapping[Priority, int] = field(default_factory=dict)


def strange(trace: Trace) -> list[Strange]:
    """Signals at least `LEAST_SPREADS` away from the own usual, the furthest first."""
    found = [one for name, reading in trace.signals.items() if (one := _strange(name, reading)) is not None]
    return sorted(found, key=lambda one: (-abs(one.spreads), one.signal))


def unusable(trace: Trace) -> dict[str, str]:
    """Signals without a usable value, and why."""
    return {
        name: reading.cause
        for name, reading in trace.signals.items()
        if reading.value is None and reading.cause
    }


def furthest(trace: Trace) -> float:
    """How far the furthest signal is from its usual, in spreads; 0 where none is known."""
    return max((abs(_spreads(reading)) for reading in trace.signals.values()), default=0.0)


def unit(signal: str) -> str:
    """The signal's unit as alerts tell it; empty for one that nobody knows."""
    return UNITS.get(signal, "")


def title(signal: str) -> str:
    """The signal's name in English words, as on cards; its short name where it has none."""
    return words().of("signal", signal)


def _strange(name: str, reading: Reading) -> Strange | None:
    spreads = round(_spreads(reading), 2)
    if abs(spreads) < LEAST_SPREADS:
        return None
    value, usual = reading.value or 0.0, reading.usual or 0.0
    low, high = reading.low or 0.0, reading.high or 0.0
    return Strange(name, value, usual, low, high, unit(name), round(value - usual, DIGITS), spreads)


def _spreads(reading: Reading) -> float:
    """Distance from the usual in spreads, with its sign; 0 where it can't be told."""
    value, usual, low, high = reading.value, reading.usual, reading.low, reading.high
    if value is None or usual is None or low is None or high is None or high <= low:
        return 0.0
    return (value - usual) * BAND_SPREADS / (high - low)
