"""Windows of 60 intervals in which atrial fibrillation begins or ends."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.random import Generator

from models.datasets.rr import RRRecord, load_records
from models.deep.rhythm import BEATS, rhythm_inputs
from models.training.synth.kinds import Array, Cut, Kind, Person, Rows, at_most

FEWEST = 6
"""Beats of either rhythm that make a window one of change."""
_STEP = 6
"""Beats between windows to learn from."""
_RARE, _COMMON = 300, 300
"""Windows to learn from of one person: a few people have hundreds of episodes."""
_TICK_MS = 1000.0 / 128.0
"""LTAFDB's recorders gave times in steps of 1/128 s; made-up windows get the same steps."""
_PARTS = 10
_BLOCK = 64


def people(folder: Path, names: Sequence[str] | None) -> list[Person]:
    """Everyone with labelled beats."""
    found = (_person(record) for record in load_records(folder, names))
    return [person for person in found if len(person.judged)]


def _person(record: RRRecord) -> Person:
    rng = np.random.default_rng(list(record.name.encode()))
    return Person(record.name, at_most(cut(record, _STEP), _RARE, _COMMON, rng), cut(record, BEATS))


def cut(record: RRRecord, stride: int) -> Cut:
    """Windows of 60 labelled beats; beats without a rhythm are left out."""
    known = record.labelled
    intervals, af = record.intervals[known], record.af[known]
    index = np.arange(0, intervals.size - BEATS + 1, stride)[:, None] + np.arange(BEATS)
    rows, flags = intervals[index].reshape(-1, BEATS), af[index].reshape(-1, BEATS)
    share = flags.sum(axis=1)
    usual = np.median(rows, axis=1, keepdims=True) if len(rows) else np.empty((0, 1))
    condition = np.concatenate([flags, usual], axis=1).astype(np.float32)
    return Cut(rows, condition, (share >= FEWEST) & (share <= BEATS - FEWEST))


def features(windows: Cut) -> Array:
    """[n, 81]: the product's statistics of order, and how rough and how fast each tenth of the window is."""
    rows = windows.rows
    blocks = [rhythm_inputs(rows[at : at + _BLOCK])[1] for at in range(0, len(rows), _BLOCK)]
    level = np.log(rows.astype(np.float64) / np.median(rows, axis=1, keepdims=True))
    change = np.abs(np.diff(level, axis=1, prepend=level[:, :1]))
    rough = np.log(change.reshape(-1, _PARTS, BEATS // _PARTS).mean(axis=2) + 0.005)
    speed = level.reshape(-1, _PARTS, BEATS // _PARTS).mean(axis=2)
    return np.concatenate([np.concatenate(blocks), rough, speed], axis=1).astype(np.float64)


def vary(condition: Rows, rng: Generator) -> Rows:
    """The same course of rhythms at another usual interval, up to a tenth away."""
    out = condition.copy()
    out[:, BEATS] *= np.exp(rng.uniform(-0.1, 0.1, len(out)))
    return out


def finish(rows: Rows, condition: Rows) -> Cut:
    """Intervals in steps of the recorder."""
    stepped = np.maximum(np.round(rows / _TICK_MS), 1) * _TICK_MS
    return Cut(stepped.astype(np.float32), condition, np.ones(len(rows), np.bool_))


def statistics(rows: Rows) -> dict[str, Array]:
    """Usual interval (ms), RMSSD over mean, share of turning points, largest jump over mean."""
    x = rows.astype(np.float64)
    change, mean = np.diff(x, axis=1), x.mean(axis=1)
    turns = (change[:, 1:] * change[:, :-1] < 0).mean(axis=1)
    return {
        "median_ms": np.median(x, axis=1),
        "rmssd_over_mean": np.sqrt((change**2).mean(axis=1)) / mean,
        "turning_points": turns,
        "largest_jump": np.abs(change).max(axis=1) / mean,
    }


def placed(rows: Rows) -> Array:
    """Logarithms of the intervals."""
    return np.log(rows.astype(np.float64))


KIND = Kind("synth_rhythm", "ltafdb", 0.5, BEATS, people, features, vary, finish, statistics, placed)
