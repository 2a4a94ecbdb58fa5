"""Minute windows by event time: samples wait in columns until their device's watermark passes them.

A `Track` holds the open samples of one signal of one device. Its watermark is the newest sample
time seen minus the allowed lateness; a minute closes when the watermark passes its end, and what
arrives for a closed minute is late. The samples of a closed minute are sorted by time and value, so
any order of arrival within the lateness gives the same window.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from streams.records import Column

MINUTE = 60_000
LATEST = 4_102_444_800_000
"""No packet speaks of times after 2100 (ms UTC), as `streams.records.Millis`."""
OPEN = 20_000
"""Samples that a track holds open at most, five minutes at 64 Hz: a stored page has to fit into a record."""
Floats = NDArray[np.float64]
Times = NDArray[np.int64]


@dataclass(slots=True)
class Window:
    """The samples of one signal in one minute, in time order; NaN marks a sample to leave out."""

    signal: str
    minute: int
    """Start of the minute, ms UTC."""
    times: Times
    values: Floats


@dataclass(slots=True)
class Track:
    """The open samples of one signal of one device."""

    times: array[int]
    values: array[float]
    newest: int = 0
    """Newest time that the device has spoken for, ms UTC."""
    closed: int = 0
    """Everything before this time is closed, ms UTC."""
    ordered: bool = True

    @classmethod
    def empty(cls) -> Track:
        """A track that has seen nothing."""
        return cls(array("q"), array("d"))

    def add(self, times: array[int], values: array[float]) -> int:
        """Take the samples that are not late, as long as there is room; gives how many were not taken."""
        late = 0
        if times[0] < self.closed:
            kept = [i for i, t in enumerate(times) if t >= self.closed]
            late = len(times) - len(kept)
            times = array("q", [times[i] for i in kept])
            values = array("d", [values[i] for i in kept])
        if len(self.times) + len(times) > OPEN:
            room = self._room(times)
            late += max(0, len(times) - room)
            times, values = times[:room], values[:room]
        if times:
            if self.ordered and self.times and times[0] <= self.times[-1]:
                self.ordered = False
            self.times.extend(times)
            self.values.extend(values)
        return late

    def _room(self, times: array[int]) -> int:
        """How many of these samples can be taken: all that their own newest one closes, and OPEN more."""
        newest = max(times[-1], self.newest)
        # As far behind as the watermark was: more than the lateness, by less than a minute.
        upto = (newest - (self.newest - self.closed)) // MINUTE * MINUTE
        held = int(np.count_nonzero(np.array(self.times, dtype=np.int64) >= upto))
        return bisect_left(times, upto) + max(0, OPEN - held)

    def close(self, signal: str, newest: int, lateness: int) -> Iterator[Window]:
        """Move the watermark; gives the minutes it passed, oldest first."""
        self.newest = max(self.newest, newest)
        upto = (self.newest - lateness) // MINUTE * MINUTE
        if upto <= self.closed:
            return
        self.closed = upto
        if self.times and self._oldest() < upto:
            yield from self._take(signal, upto)

    def flush(self, signal: str) -> Iterator[Window]:
        """Close all that is open: nothing more is expected soon."""
        last = max(self.times, default=self.newest)
        yield from self.close(signal, (last // MINUTE + 1) * MINUTE, 0)

    def _oldest(self) -> int:
        return self.times[0] if self.ordered else min(self.times)

    def _take(self, signal: str, upto: int) -> Iterator[Window]:
        times = np.frombuffer(self.times, dtype=np.int64)
        values = np.frombuffer(self.values, dtype=np.float64)
        if not self.ordered:
            order = np.lexsort((values, times))
            times, values = times[order], values[order]
        cut = int(np.searchsorted(times, upto))
        ready_times, ready_values = times[:cut].copy(), values[:cut].copy()
        # New arrays: an array that numpy still looks at can't be resized.
        self.times, self.values = array("q", times[cut:].tobytes()), array("d", values[cut:].tobytes())
        self.ordered = True
        yield from split(signal, ready_times, ready_values)


def split(signal: str, times: Times, values: Floats) -> Iterator[Window]:
    """Cut sorted samples into minutes; only minutes with samples are given."""
    first, last = int(times[0]) // MINUTE, int(times[-1]) // MINUTE
    if first == last:
        yield Window(signal, first * MINUTE, times, values)
        return
    minutes = times // MINUTE
    starts = np.flatnonzero(np.diff(minutes, prepend=minutes[0] - 1))
    for begin, end in zip(starts, [*starts[1:], len(times)], strict=True):
        yield Window(signal, int(minutes[begin]) * MINUTE, times[begin:end], values[begin:end])


def sample_times(column: Column) -> array[int]:
    """When each value of a column was measured, ms UTC, ascending.

    Raises ValueError when the column gives no time for each of its values.
    """
    count = len(column.values)
    if column.offsets is not None:
        if len(column.offsets) != count:
            raise ValueError("offsets and values differ in number")
        times = array("q", [column.start + offset for offset in column.offsets])
        if times[0] < column.start or any(later < earlier for earlier, later in pairwise(times)):
            raise ValueError("offsets go backwards")
        return times
    if count == 1:
        return array("q", (column.start,))
    if column.step is None:
        raise ValueError("several values need a step or offsets")
    return array("q", range(column.start, column.start + count * column.step, column.step))


def beat_times(column: Column) -> array[int]:
    """When each inter-beat interval of a column ended, ms UTC, ascending.

    Raises ValueError when intervals, broken ones among them, make no time line.
    """
    ends = list(accumulate(column.values, initial=float(column.start)))
    if min(column.values) < 0 or not ends[-1] <= LATEST:
        raise ValueError("intervals that can't follow each other")
    return array("q", map(int, ends[1:]))


def extent(column: Column, times: array[int]) -> int:
    """The end of the time that a column speaks for, ms UTC. Raises ValueError when that is absurd."""
    end = times[-1] + (column.step or 0)
    if end > LATEST:
        raise ValueError("reaches beyond the year 2100")
    return end
