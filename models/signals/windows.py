"""Minute windows by event time: samples wait until their device's watermark passes them.

A `Track` holds the open samples of one signal of one device, as counts and runs of times. Its watermark is
the newest sample time seen minus the allowed lateness; a minute closes when the watermark passes its end, and
what arrives for a closed minute is late. The samples of a closed minute are sorted by time and value, so
any order of arrival within the lateness gives the same window.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import msgspec
import numpy as np

from models.signals.counts import Counts, Floats, values_of
from models.signals.runs import (
    CHAINED,
    SIXTEENTHS,
    Chain,
    Runs,
    Times,
    behind,
    joined,
    runs_of,
    times_of,
    triples,
)  # fmt: skip

MINUTE = 60_000
OPEN = 20_000
"""Samples that a track holds open at most, five minutes at 64 Hz: a stored page has to fit into a record."""


class Window(msgspec.Struct):
    """The samples of one signal in one minute, in time order."""

    signal: str
    minute: int
    """Start of the minute, ms UTC."""
    times: Sequence[int] | Times
    counts: Counts
    """`models.signals.counts`: `MISSING` marks a sample to leave out."""

    @property
    def values(self) -> Floats:
        """The samples in the signal's unit; NaN for what is no value."""
        return values_of(self.signal, self.counts)


def _empty() -> array[int]:
    return array("H")


def _no_runs() -> Runs:
    return array("q")


@dataclass(slots=True)
class Track:
    """The open samples of one signal of one device."""

    counts: array[int] = field(default_factory=_empty)
    runs: Runs = field(default_factory=_no_runs)
    newest: int = 0
    """Newest time that the device has spoken for, ms UTC."""
    closed: int = 0
    """Everything before this time is closed, ms UTC."""
    last: int = 0
    """Time of the sample that was taken last, ms UTC."""
    ordered: bool = True

    @property
    def times(self) -> Times:
        """When each open sample was measured, ms UTC, in the order of arrival."""
        return times_of(self.runs, self.counts)

    def add(self, times: Sequence[int] | Times, counts: Counts) -> int:
        """Take the samples that are not late, as long as there is room; gives how many were not taken.

        `times` are ms UTC, ascending.
        """
        late = 0
        if times[0] < self.closed:
            times = times[:]
            late = bisect_left(times, self.closed)
            times, counts = times[late:], counts[late:]
        if len(self.counts) + len(times) > OPEN:
            times = times[:]
            room = self._room(times)
            late += max(0, len(times) - room)
            times, counts = times[:room], counts[:room]
        if len(counts):
            self._go_on(times)
            self.counts.extend(counts)
            self.last = int(times[-1])
        return late

    def _go_on(self, times: Sequence[int] | Times) -> None:
        runs = self.runs
        # As nearly all packets do: the next even samples of the only run.
        if type(times) is range and len(runs) == 3 and runs[1] == times.step == times.start - self.last:
            runs[2] += len(times)
            return
        if runs and times[0] <= self.last:
            self.ordered = False
        joined(runs, runs_of(times), self.counts)

    def _room(self, times: Sequence[int] | Times) -> int:
        """How many of these samples can be taken: all that their own newest one closes, and OPEN more."""
        if not len(times):
            return 0
        newest = max(int(times[-1]), self.newest)
        # As far behind as the watermark was: more than the lateness, by less than a minute.
        upto = (newest - (self.newest - self.closed)) // MINUTE * MINUTE
        held = int(np.count_nonzero(self.times >= upto))
        return bisect_left(times, upto) + max(0, OPEN - held)

    def close(self, signal: str, newest: int, lateness: int) -> Sequence[Window]:
        """Move the watermark; gives the minutes it passed, oldest first."""
        if newest > self.newest:
            self.newest = newest
        upto = (self.newest - lateness) // MINUTE * MINUTE
        if upto <= self.closed:
            return ()
        self.closed = upto
        if not self.counts:
            return ()
        if len(self.runs) == 3:
            if self.runs[1] > 0:
                return self._take_even(signal, upto)
            if self.runs[1] == CHAINED:
                return self._take_chained(signal, upto)
        return self._take(signal, upto) if self._oldest() < upto else ()

    def flush(self, signal: str) -> Sequence[Window]:
        """Close all that is open: nothing more is expected soon."""
        last = int(self.times.max()) if self.counts else self.newest
        return self.close(signal, (last // MINUTE + 1) * MINUTE, 0)

    def _oldest(self) -> int:
        """No sample is older than that; ms UTC."""
        starts = [start // SIXTEENTHS if step == CHAINED else start for start, step, _ in triples(self.runs)]
        return starts[0] if self.ordered else min(starts)

    def _take_even(self, signal: str, upto: int) -> list[Window]:
        """The closed minutes of one even run: their places follow from its numbers."""
        start, step, count = self.runs
        cut = min(count, -((start - upto) // step))
        if cut <= 0:
            return []
        counts = self.counts[:cut]
        del self.counts[:cut]
        if cut < count:
            self.runs[0], self.runs[2] = start + cut * step, count - cut
        else:
            del self.runs[:]
        windows, at = [], 0
        while at < cut:
            minute = (start + at * step) // MINUTE * MINUTE
            end = min(cut, -((start - minute - MINUTE) // step))
            times = range(start + at * step, start + end * step, step)
            windows.append(Window(signal, minute, times, counts[at:end]))
            at = end
        return windows

    def _take_chained(self, signal: str, upto: int) -> list[Window]:
        """The closed minutes of one chain of intervals: their sums are the times."""
        counts, ends = self.counts, list(accumulate(self.counts, initial=self.runs[0]))
        windows, at, cut = [], 0, bisect_left(ends, upto * SIXTEENTHS, 1) - 1
        while at < cut:
            minute = ends[at + 1] // SIXTEENTHS // MINUTE * MINUTE
            end = bisect_left(ends, (minute + MINUTE) * SIXTEENTHS, at + 1) - 1
            within = counts[at:end]
            windows.append(Window(signal, minute, Chain(ends[at], within), within))
            at = end
        self.runs, self.counts = array("q", (ends[cut], CHAINED, len(counts) - cut)), counts[cut:]
        if not self.counts:
            del self.runs[:]
        return windows

    def _take(self, signal: str, upto: int) -> list[Window]:
        times, counts = self.times, self.counts
        if not self.ordered:
            samples = np.array(counts)
            order = np.lexsort((samples, times))
            times, counts = times[order], array("H", samples[order].tobytes())
            self.runs, self.last, self.ordered = runs_of(times), int(times[-1]), True
        cut = int(times.searchsorted(upto))
        self.runs, self.counts = behind(self.runs, counts, cut), counts[cut:]
        return list(split(signal, times[:cut], counts[:cut])) if cut else []


def split(signal: str, times: Times, counts: Counts) -> Iterator[Window]:
    """Cut sorted samples into minutes; only minutes with samples are given."""
    first, last = int(times[0]) // MINUTE, int(times[-1]) // MINUTE
    if first == last:
        yield Window(signal, first * MINUTE, times, counts)
        return
    minutes = times // MINUTE
    starts = np.flatnonzero(np.diff(minutes, prepend=minutes[0] - 1)).tolist()
    for begin, end in zip(starts, [*starts[1:], len(times)], strict=True):
        yield Window(signal, int(minutes[begin]) * MINUTE, times[begin:end], counts[begin:end])
