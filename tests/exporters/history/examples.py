"""Traces to keep in tests."""

from __future__ import annotations

from typing import Any

from exporters.history.packing import pack
from streams.records import Reading, Trace

START = 1_760_000_100_000
STEP = 300_000


def reading(value: float | None, usual: float | None = 60.0, spread: float = 5.0, cause: str = "") -> Reading:
    """A reading beside a usual with its band of two spreads on either side."""
    if usual is None:
        return Reading(value, cause=cause, quality=0.5)
    return Reading(value, usual, usual - 2 * spread, usual + 2 * spread, 0.5, cause)


def trace(wearer: str = "w1", number: int = 0, /, *, hr: float | None = 60.0, **changes: Any) -> Trace:
    """The `number`th trace of a wearer: a pulse, and what the test wants different."""
    values: dict[str, Any] = {"context": "rest", "signals": {"hr": reading(hr)}}
    return Trace(wearer, START + number * STEP, **(values | changes))


def row(one: Trace) -> tuple[str, int, bytes]:
    """The trace as it is stored."""
    return one.wearer, one.time, pack(one)
