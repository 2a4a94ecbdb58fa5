"""Inter-beat intervals: variability of a minute, and windows of 60 beats for the rhythm network."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.signals.windows import Floats, Times

BEATS = 60
"""Intervals in a rhythm window: about a minute, as in most published detectors."""
BREAK_MS = 5_000
"""A longer silence between two beats ends the run of beats: a window never spans it."""


@dataclass(slots=True)
class BeatWindow:
    """60 successive intervals (ms, float32) and the time they span (ms UTC)."""

    start: int
    end: int
    intervals: NDArray[np.float32]


@dataclass(slots=True)
class BeatBuffer:
    """The run of intervals that does not fill a window yet."""

    intervals: array[float] = field(default_factory=lambda: array("d"))
    last: int = 0
    """End of the newest interval, ms UTC."""

    def add(self, times: Times, intervals: Floats) -> list[BeatWindow]:
        """Append beats (end times ms, intervals ms, NaN = unusable); gives the windows they fill."""
        usable = ~np.isnan(intervals)
        if not usable.all():
            times, intervals = times[usable], intervals[usable]
        if not len(times):
            return []
        windows: list[BeatWindow] = []
        begins = times - intervals
        breaks = np.flatnonzero(begins[1:] - times[:-1] > BREAK_MS) + 1
        start = 0
        for stop in [*breaks.tolist(), len(times)]:
            if begins[start] - self.last > BREAK_MS:
                self.clear()
            windows += self._extend(times[start:stop], intervals[start:stop])
            start = stop
        return windows

    def clear(self) -> None:
        """Forget the run: what comes next starts a new one."""
        self.intervals = array("d")

    def _extend(self, times: Times, intervals: Floats) -> list[BeatWindow]:
        held = len(self.intervals)
        run = np.concatenate([np.frombuffer(self.intervals, dtype=np.float64), intervals])
        whole = len(run) // BEATS
        windows = []
        for k in range(whole):
            block = run[k * BEATS : (k + 1) * BEATS]
            end = int(times[(k + 1) * BEATS - 1 - held])
            windows.append(BeatWindow(end - int(block.sum()), end, block.astype(np.float32)))
        self.intervals = array("d", run[whole * BEATS :].tobytes())
        self.last = int(times[-1])
        return windows


def rmssd(intervals: Floats) -> float | None:
    """Root mean square of successive differences, ms, of a minute's usable intervals.

    Differences above a fifth of the interval are left out as ectopic or missed beats (Malik's 20 % rule,
    Task Force of the ESC and NASPE, 1996). None below 10 usable differences.
    """
    differences = np.diff(intervals)
    kept = differences[np.abs(differences) < 0.2 * intervals[:-1]]
    if len(kept) < 10:
        return None
    return math.sqrt(float(kept @ kept) / len(kept))
