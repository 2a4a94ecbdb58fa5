"""A span of hours or days as few points as a picture has room for, with every extreme still in it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from exporters.history.packing import DIGITS, FIELDS, Columns

GAP_STEPS = 2.5
"""Missing for longer than this many usual steps between traces, and a line must break."""

_VALUE = FIELDS.index("value")
_BLANK = -1
"""Stands for a moment of which nothing is known."""

Picks = NDArray[np.int64]
"""Indices of traces, one for each point; `_BLANK` where a line breaks."""


class Line(Struct, frozen=True):
    """One signal at the points; None = not known there."""

    value: list[float]
    usual: list[float]
    low: list[float]
    high: list[float]
    cause: list[str]


class Thinned(Struct, frozen=True):
    """At most as many points as asked for, times strictly ascending."""

    time: list[int]
    context: list[str]
    lines: dict[str, Line]


def thin(columns: Columns, points: int) -> Thinned:
    """The traces themselves where there is room, else the least and greatest of equal stretches of time.

    Of each stretch a signal tells its lowest and highest value in the order in which they came, at the
    times of the stretch's first and last trace: off by less than a stretch. A stretch of
    which nothing is known gives one empty point.

    Raises:
        ValueError: `points` is less than 2.
    """
    if points < 2:
        raise ValueError("points must be 2 or more")
    whole = _with_gaps(columns.time)
    if len(whole[0]) <= points:
        times, at = whole
        picked = dict.fromkeys(columns.numbers, at)
    else:
        times, at, bucket = _stretches(columns.time, points // 2)
        picked = {name: _extremes(table[:, _VALUE], bucket, at) for name, table in columns.numbers.items()}
    lines = {
        name: _line(columns.numbers[name], columns.causes[name], picks) for name, picks in picked.items()
    }
    return Thinned(times.tolist(), _words(columns.context, at, "unknown"), lines)


def _with_gaps(times: NDArray[np.int64]) -> tuple[NDArray[np.int64], Picks]:
    """All moments, and a blank one behind each that is followed by a gap."""
    if len(times) < 2:
        return times, np.arange(len(times))
    steps = np.diff(times)
    usual = float(np.median(steps))
    before = np.flatnonzero(steps > GAP_STEPS * usual)
    blank = times[before] + max(int(usual), 1)
    return np.insert(times, before + 1, blank), np.insert(np.arange(len(times)), before + 1, _BLANK)


def _stretches(times: NDArray[np.int64], count: int) -> tuple[NDArray[np.int64], Picks, NDArray[np.int64]]:
    """Points of `count` equal stretches: their times, the trace at each, and the stretch of each trace."""
    start, width = times[0], (times[-1] - times[0]) / count
    bucket = np.minimum(((times - start) / width).astype(np.int64), count - 1)
    firsts = np.searchsorted(bucket, np.arange(count), "left")
    lasts = np.searchsorted(bucket, np.arange(count), "right") - 1
    point_times: list[int] = []
    at: list[int] = []
    for number, (first, last) in enumerate(zip(firsts.tolist(), lasts.tolist(), strict=True)):
        members = [_BLANK] if last < first else sorted({first, last})
        at += members
        point_times += [int(start + (number + 0.5) * width)] if last < first else times[members].tolist()
    return np.array(point_times, np.int64), np.array(at, np.int64), bucket


def _extremes(values: NDArray[np.float64], bucket: NDArray[np.int64], at: Picks) -> Picks:
    """For each point the trace of its stretch that has the least or the greatest value, in order."""
    order = np.arange(len(values))
    # The last key counts most: within a stretch by value, what is not known at the far end.
    rising = np.lexsort((order, np.where(np.isnan(values), np.inf, values), bucket))
    falling = np.lexsort((order, np.where(np.isnan(values), np.inf, -values), bucket))
    starts = np.searchsorted(bucket, np.unique(bucket), "left")
    least, greatest = rising[starts], falling[starts]
    pairs = np.stack([np.minimum(least, greatest), np.maximum(least, greatest)], axis=1)
    filled = at != _BLANK
    sizes = np.diff(np.append(starts, len(values)))
    keep = np.stack([np.ones(len(starts), bool), sizes > 1], axis=1)
    picks = np.full(len(at), _BLANK)
    picks[filled] = pairs[keep]
    return picks


def _line(table: NDArray[np.float64], causes: Sequence[str], picks: Picks) -> Line:
    told = np.where((picks == _BLANK)[:, None], np.nan, table[picks]).round(DIGITS)
    value, usual, low, high = (told[:, number].tolist() for number in range(4))
    return Line(value, usual, low, high, _words(causes, picks, ""))


def _words(words: Sequence[str], picks: Picks, blank: str) -> list[str]:
    return [blank if pick == _BLANK else words[pick] for pick in picks.tolist()]
