"""Labelled windows of 60 beats: cut one after the other to judge, drawn at random to train."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from models.datasets.rr import RRRecord
from models.deep.rhythm import BEATS
from models.training.augment import Beats, vary

_MARGIN = 14
"""Beats drawn beyond a window, for what augmentation takes away."""
_STEP = 6
"""Beats between candidate places in a record."""
_IRREGULAR = ("B", "T", "AB", "SVTA", "VT", "IVR", "BII", "PREX", "NOD", "AFL", "VFL")
_SHARES = {"af": 0.42, "plain": 0.24, "irregular": 0.26, "mixed": 0.08}
"""How often each kind of window is drawn; irregular rhythms that are not AF are rare but decide Sp."""
_SCARCE = 80
"""Candidates of a kind below which a record counts less than the others."""


@dataclass(frozen=True, slots=True)
class Windows:
    """[n, 60] intervals in ms, [n] labels (true: most beats are in AF)."""

    rows: NDArray[np.float32]
    af: NDArray[np.bool_]


def cut_windows(record: RRRecord, stride: int = BEATS) -> Windows:
    """Windows of 60 labelled beats, one after the other; beats without a rhythm are left out."""
    known = record.labelled
    intervals, af = record.intervals[known], record.af[known]
    starts = np.arange(0, intervals.size - BEATS + 1, stride)
    index = starts[:, None] + np.arange(BEATS)
    return Windows(intervals[index].reshape(-1, BEATS), af[index].reshape(-1, BEATS).mean(axis=1) > 0.5)


@dataclass(frozen=True, slots=True)
class _Place:
    record: int
    start: int


class WindowSource:
    """Draws training windows from some people's records, every person alike within each kind."""

    def __init__(self, records: Sequence[RRRecord]) -> None:
        self._records = list(records)
        self._places: dict[str, dict[int, NDArray[np.int64]]] = {kind: {} for kind in _SHARES}
        for number, record in enumerate(self._records):
            for kind, starts in _sorted_places(record).items():
                if starts.size:
                    self._places[kind][number] = starts

    def draw(self, count: int, rng: Generator, augment: bool = True) -> Windows:
        """`count` windows at random places, each varied once."""
        rows, af = np.empty((count, BEATS), np.float32), np.empty(count, np.bool_)
        there = {kind: share for kind, share in _SHARES.items() if self._places[kind]}
        total = sum(there.values())
        kinds = rng.choice(list(there), count, p=[share / total for share in there.values()])
        for at, kind in enumerate(kinds):
            beats = self._stretch(self._place(str(kind), rng), rng, augment)
            rows[at], af[at] = beats.intervals, beats.af.mean() > 0.5
        return Windows(rows, af)

    def _place(self, kind: str, rng: Generator) -> _Place:
        places = self._places[kind]
        weights = np.array([min(1.0, starts.size / _SCARCE) for starts in places.values()])
        record = int(rng.choice(list(places), p=weights / weights.sum()))
        return _Place(record, int(rng.choice(places[record])))

    def _stretch(self, place: _Place, rng: Generator, augment: bool) -> Beats:
        record = self._records[place.record]
        start = place.start + int(rng.integers(0, _STEP))
        cut = slice(start, start + BEATS + 2 * _MARGIN)
        beats = Beats(record.intervals[cut].astype(np.float64), record.af[cut])
        if augment:
            beats = vary(beats, record.fs, rng)
        first = (beats.intervals.size - BEATS) // 2
        return Beats(beats.intervals[first : first + BEATS], beats.af[first : first + BEATS])


def _sorted_places(record: RRRecord) -> dict[str, NDArray[np.int64]]:
    """Candidate starts in a record, by what rhythm the window in their middle shows."""
    size = BEATS + 2 * _MARGIN
    starts = np.arange(0, record.intervals.size - size - _STEP, _STEP)

    def share(flags: NDArray[np.bool_]) -> NDArray[np.float64]:
        total = np.concatenate([[0], np.cumsum(flags)])
        return np.asarray((total[starts + _MARGIN + BEATS] - total[starts + _MARGIN]) / BEATS)

    known, af = share(record.labelled) == 1.0, share(record.af)
    odd = share(np.isin(record.rhythm, _IRREGULAR)) > 0.08
    ectopic = share(np.isin(record.beats, ("A", "V", "S", "J", "F", "a"))) > 0.12
    none = af == 0
    return {
        "af": starts[known & (af == 1)],
        "plain": starts[known & none & ~odd & ~ectopic],
        "irregular": starts[known & none & (odd | ectopic)],
        "mixed": starts[known & (af > 0) & (af < 1)],
    }
