"""Inputs of the `unusual` network: the last hour of a wearer's vitals on the personal scale.

A value on that scale is (this minute's value - own usual mean) / own usual spread, so 0 is as usual and 1 is
one spread above. What was not measured, or whose usual is not known yet, is missing and never zero.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]

CHANNELS: Final = ("hr", "rr", "spo2", "temp", "hrv")
"""Columns of a row; `hrv` is the logarithm of RMSSD in calm minutes."""
MINUTES: Final = 60
"""Minutes of a row, oldest first."""
FEWEST_MINUTES, FEWEST_CHANNELS = 30, 2
"""A row is asked only when so many minutes hold so many channels at least."""
SHAPES: Final[dict[str, tuple[int, ...]]] = {
    "values": (MINUTES, len(CHANNELS)),
    "present": (MINUTES, len(CHANNELS)),
}
REACH = 6.0
"""Spreads from usual beyond which farther is not told from far."""

_MINUTE_MS = 60_000
_STEPS = 16
"""Steps of one spread that are kept."""
_MOST = 126
_MISSING = -128
_PLACE: Final = {name: place for place, name in enumerate(CHANNELS)}
_EMPTY = bytes([_MISSING & 0xFF]) * (MINUTES * len(CHANNELS))
_GONE = bytes([_MISSING & 0xFF]) * len(CHANNELS)


def unusual_inputs(rows: Rows) -> tuple[Rows, Rows]:
    """`values` [n, 60, 5] in spreads, clipped, 0 where missing, and `present` [n, 60, 5] of 0 and 1.

    `rows` [n, 60, 5] are spreads from the own usual, oldest minute first, NaN where missing. Raises
    ValueError for an infinite value.
    """
    if np.isinf(rows).any():
        raise ValueError("an hour of vitals has an infinite value")
    present = ~np.isnan(rows)
    values = np.clip(np.where(present, rows, 0.0), -REACH, REACH)
    return values.astype(np.float32), present.astype(np.float32)


def enough(rows: Rows) -> NDArray[np.bool_]:
    """Which rows of [n, 60, 5] hold enough to be asked."""
    together = (~np.isnan(rows)).sum(axis=2) >= FEWEST_CHANNELS
    return np.asarray(together.sum(axis=1) >= FEWEST_MINUTES)


class HourSnapshot(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An hour as plain data: one signed byte a minute and channel, and the newest minute."""

    cells: bytes
    newest: int


class RecentHour:
    """A ring of the last 60 minutes of one wearer, in 300 bytes.

    Spreads are kept in steps of 1/16 up to 7.9. Minutes may skip or come out of order; what is an hour
    older than the newest is gone.
    """

    __slots__ = ("_cells", "_newest")

    def __init__(self, snapshot: HourSnapshot | None = None) -> None:
        known = snapshot is not None and len(snapshot.cells) == len(_EMPTY)
        self._cells = array("b", snapshot.cells if snapshot is not None and known else _EMPTY)
        self._newest = snapshot.newest if snapshot is not None and known else 0

    def put(self, minute: int, spreads: Mapping[str, float]) -> None:
        """Take what one minute (start, ms UTC) tells, by signal; other signals and NaN are passed over.

        A second call for a minute adds to it: two devices may tell of the same minute.
        """
        at = minute // _MINUTE_MS
        ahead = at - self._newest
        if ahead > 0:
            self._forward(at, ahead)
        elif ahead <= -MINUTES:
            return
        base, cells = at % MINUTES * len(CHANNELS), self._cells
        for signal, spread in spreads.items():
            place = _PLACE.get(signal)
            if place is not None and spread == spread:
                cells[base + place] = round(min(max(spread * _STEPS, -_MOST), _MOST))

    def _forward(self, at: int, ahead: int) -> None:
        """Forget the minutes whose places are needed."""
        self._newest = at
        if ahead >= MINUTES:
            self._cells = array("b", _EMPTY)
            return
        width = len(CHANNELS)
        for minute in range(at - ahead + 1, at + 1):
            base = minute % MINUTES * width
            self._cells[base : base + width] = array("b", _GONE)

    def row(self, minute: int) -> Rows | None:
        """The hour that ends with this minute (start, ms UTC), [60, 5]; None where it holds too little."""
        at = minute // _MINUTE_MS
        minutes = np.arange(at - MINUTES + 1, at + 1)
        cells = np.frombuffer(self._cells, dtype=np.int8).reshape(MINUTES, len(CHANNELS))[minutes % MINUTES]
        if at != self._newest:
            cells[(minutes > self._newest) | (minutes <= self._newest - MINUTES)] = _MISSING
        there = cells != _MISSING
        if np.count_nonzero(there.sum(axis=1) >= FEWEST_CHANNELS) < FEWEST_MINUTES:
            return None
        return np.where(there, cells / np.float32(_STEPS), np.float32(np.nan))

    def snapshot(self) -> HourSnapshot:
        """The hour as plain data."""
        return HourSnapshot(self._cells.tobytes(), self._newest)
