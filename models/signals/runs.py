"""The times of samples as runs, because a device samples evenly: few numbers for a minute of samples.

Runs lie one after the other in one array of triples (start, step, count). A step of 0 or more is in ms, and
the start in ms UTC. A step of `CHAINED` tells that each sample is an inter-beat interval that begins where
the one before ended: the start, in counts of an interval's resolution, and the intervals give the times.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from models.signals.counts import Counts

Times: TypeAlias = NDArray[np.int64]
Runs: TypeAlias = "array[int]"
"""[3 n]"""

CHAINED: Final = -1
SIXTEENTHS: Final = 16
"""Counts of a millisecond of an inter-beat interval (`Signal.per`)."""


class Chain(Sequence[int]):
    """The times (ms UTC) at which inter-beat intervals end that follow each other."""

    __slots__ = ("_end", "counts", "start")

    def __init__(self, start: int, counts: Counts) -> None:
        """`start` of the first interval in sixteenths of ms; all `counts` are values."""
        self.start, self.counts = start, counts
        self._end = (start + sum(counts)) // SIXTEENTHS

    def __len__(self) -> int:
        return len(self.counts)

    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> array[int]: ...
    def __getitem__(self, at: int | slice) -> int | array[int]:
        if isinstance(at, slice):
            return array("q", self._times().tobytes())[at]
        if at == -1:
            return self._end
        return (self.start + (sum(self.counts[: at + 1]) if at else self.counts[0])) // SIXTEENTHS

    def __iter__(self) -> Iterator[int]:
        return iter(self._times().tolist())

    def _times(self) -> Times:
        return chained(self.start, self.counts)


def runs_of(times: Sequence[int] | Times) -> Runs:
    """Ascending times (ms UTC) as runs."""
    if isinstance(times, Chain):
        return array("q", (times.start, CHAINED, len(times)))
    if isinstance(times, range):
        return array("q", (times.start, times.step if len(times) > 1 else 0, len(times)))
    if len(times) == 1:
        return array("q", (int(times[0]), 0, 1))
    at = np.array(times, dtype=np.int64)
    gaps = np.diff(at)
    bends = (np.flatnonzero(np.diff(gaps)) + 1).tolist()
    runs, first, last = array("q"), 0, len(at) - 1
    for bend in [*bends, last]:
        if bend > first:
            runs.extend((int(at[first]), int(gaps[first]), bend - first + 1))
            first = bend + 1
    if first == last:
        runs.extend((int(at[last]), 0, 1))
    return runs


def joined(runs: Runs, more: Runs, counts: Counts) -> None:
    """Put runs after runs, as one where they go on evenly; `counts` are the samples of the first ones."""
    if runs:
        step, count = runs[-2], runs[-1]
        start, its, number = more[0], more[1], more[2]
        if step == CHAINED or its == CHAINED:
            even = its == step and runs[-3] + sum(counts[-count:]) == start
        else:
            if count == 1:
                step = start - runs[-3]
            even = step >= 0 and start == runs[-3] + step * count and (number == 1 or its == step)
        if even:
            runs[-2], runs[-1] = step, count + number
            runs.extend(more[3:])
            return
    runs.extend(more)


def times_of(runs: Runs, counts: Counts) -> Times:
    """When each sample was measured, ms UTC [n]."""
    if len(runs) == 3 and runs[1] == CHAINED:
        return chained(runs[0], counts)
    parts, at = [], 0
    for start, step, count in triples(runs):
        if step == CHAINED:
            parts.append(chained(start, counts[at : at + count]))
        else:
            parts.append(np.arange(count, dtype=np.int64) * step + start)
        at += count
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.empty(0, np.int64)


def behind(runs: Runs, counts: Counts, cut: int) -> Runs:
    """The runs without the first `cut` samples; `counts` are all of them."""
    left, at = array("q"), 0
    for start, step, count in triples(runs):
        gone = min(count, max(0, cut - at))
        if gone < count:
            begin = start + (sum(counts[at : at + gone]) if step == CHAINED else step * gone)
            left.extend((begin, step if count - gone > 1 or step == CHAINED else 0, count - gone))
        at += count
    return left


def triples(runs: Runs) -> Iterator[tuple[int, int, int]]:
    """Start, step and count of each run."""
    return zip(runs[::3], runs[1::3], runs[2::3], strict=True)


def chained(start: int, counts: Counts) -> Times:
    """When intervals end, ms UTC [n], that follow each other from `start` (sixteenths of ms)."""
    ends = np.frombuffer(counts, dtype=np.uint16).cumsum(dtype=np.int64)
    ends += start
    ends //= SIXTEENTHS
    return ends
