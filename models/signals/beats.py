"""Inter-beat intervals: variability of a minute, and windows of 60 beats for the rhythm network."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.signals.counts import BELOW, Counts, Floats
from models.signals.runs import SIXTEENTHS, Chain, Times

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

    counts: array[int] = field(default_factory=lambda: array("H"))
    """Intervals in sixteenths of a millisecond."""
    last: int = 0
    """End of the newest interval, ms UTC."""

    def add(self, times: Sequence[int] | Times, counts: Counts) -> list[BeatWindow]:
        """Append beats (end times ms, intervals as counts); gives the windows they fill.

        What is no value (`models.signals.counts`) is left out.
        """
        if isinstance(times, Chain):  # each beat begins where the one before ended
            return self._go_on(times, counts)
        ends, intervals = np.asarray(times), np.frombuffer(counts, dtype=np.uint16)
        if max(counts) >= BELOW:
            usable = intervals < BELOW
            ends, intervals = ends[usable], intervals[usable]
            if not len(intervals):
                return []
        windows: list[BeatWindow] = []
        gaps = ends[1:] - ends[:-1]
        breaks: list[int] = []
        if len(gaps) and gaps[gaps.argmax()] > BREAK_MS:
            breaks = (np.flatnonzero(gaps - intervals[1:] / SIXTEENTHS > BREAK_MS) + 1).tolist()
        start = 0
        for stop in [*breaks, len(ends)]:
            windows += self._go_on(ends[start:stop].tolist(), array("H", intervals[start:stop].tobytes()))
            start = stop
        return windows

    def clear(self) -> None:
        """Forget the run: what comes next starts a new one."""
        del self.counts[:]

    def _go_on(self, ends: Sequence[int], counts: Counts) -> list[BeatWindow]:
        """Append beats without a break among them, in a run of their own if there is one before them."""
        if ends[0] - counts[0] / SIXTEENTHS - self.last > BREAK_MS:
            self.clear()
        held = len(self.counts)
        self.counts += counts
        whole = len(self.counts) // BEATS * BEATS
        windows = []
        for stop in range(BEATS, whole + 1, BEATS):
            block = self.counts[stop - BEATS : stop]
            end = ends[stop - 1 - held]
            row = np.array(block, dtype=np.float32) / np.float32(SIXTEENTHS)
            windows.append(BeatWindow(end - sum(block) // SIXTEENTHS, end, row))
        del self.counts[:whole]
        self.last = ends[-1]
        return windows


def rmssd(intervals: Floats) -> float | None:
    """Root mean square of successive differences, ms, of a minute's usable intervals.

    Differences above a fifth of the interval are left out as ectopic or missed beats (Malik's 20 % rule,
    Task Force of the ESC and NASPE, 1996). None below 10 usable differences.
    """
    before = intervals[:-1]
    differences = intervals[1:] - before
    steady = np.abs(differences) < 0.2 * before
    # Mostly all are: a look at the bytes is quicker than a choice of all.
    kept = differences if 0 not in steady.tobytes() else differences[steady]
    if len(kept) < 10:
        return None
    return math.sqrt(float(kept @ kept) / len(kept))
