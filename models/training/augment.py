"""Plausible variations of a stretch of beats: what other hearts, leads and devices would have shown.

A stretch is `Beats`: intervals in ms and, per beat, whether it is in fibrillation. Each change keeps
the label true: planted ectopy stays sinus rhythm, fibrillation with ectopy stays fibrillation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

RATES = (100.0, 128.0, 200.0, 250.0, 300.0, 360.0, 500.0, 1000.0)
"""Sampling rates (1/s) of common recorders and databases."""


@dataclass(frozen=True, slots=True)
class Beats:
    """[n] intervals in ms with [n] flags of fibrillation."""

    intervals: NDArray[np.float64]
    af: NDArray[np.bool_]


def smooth_rounding(beats: Beats, fs: float, rng: Generator) -> Beats:
    """Undo the rounding of beat times to 1/fs by uniform noise of the same size."""
    shift = rng.uniform(-0.5, 0.5, beats.intervals.size + 1) * 1000.0 / fs
    return Beats(beats.intervals + np.diff(shift), beats.af)


def requantise(beats: Beats, rng: Generator) -> Beats:
    """Round beat times to another sampling rate, at times after the detector's own jitter."""
    times = np.concatenate([[rng.uniform(0, 10)], beats.intervals]).cumsum()
    if rng.random() < 0.3:
        times = times + rng.normal(0, rng.uniform(1, 8), times.size)
    step = 1000.0 / RATES[rng.integers(len(RATES))]
    return Beats(np.diff(np.round(times / step) * step), beats.af)


def change_tempo(beats: Beats, rng: Generator) -> Beats:
    """Another mean rate with the same relative irregularity, within 35 and 190 beats a minute."""
    mean = beats.intervals.mean()
    factor = float(np.clip(rng.lognormal(0, 0.18), 320.0 / mean, 1700.0 / mean))
    return Beats(beats.intervals * factor, beats.af)


def breathe(beats: Beats, rng: Generator) -> Beats:
    """Respiratory sinus arrhythmia: up to ±15 % over 3 to 8 beats, with slow drift of depth and period."""
    n = beats.intervals.size
    period = rng.uniform(3, 8) * np.exp(np.cumsum(rng.normal(0, 0.03, n)))
    depth = rng.uniform(0.01, 0.15) * np.clip(1 + np.cumsum(rng.normal(0, 0.05, n)), 0.2, 1.5)
    wave = np.sin(rng.uniform(0, 6.3) + np.cumsum(2 * np.pi / period))
    return Beats(beats.intervals * (1 + np.where(beats.af, 0.0, depth * wave)), beats.af)


def miss_beats(beats: Beats, rng: Generator) -> Beats:
    """The detector overlooks beats: two intervals become one."""
    lost = np.flatnonzero(rng.random(beats.intervals.size - 1) < rng.uniform(0.005, 0.05))
    lost = lost[np.diff(lost, prepend=-9) > 1]
    intervals = beats.intervals.copy()
    intervals[lost + 1] += intervals[lost]
    return Beats(np.delete(intervals, lost), np.delete(beats.af, lost))


def extra_beats(beats: Beats, rng: Generator) -> Beats:
    """The detector takes a T wave or an artefact for a beat: one interval becomes two."""
    split = np.flatnonzero(rng.random(beats.intervals.size) < rng.uniform(0.003, 0.03))
    part = beats.intervals[split] * rng.uniform(0.35, 0.65, split.size)
    intervals = beats.intervals.copy()
    intervals[split] -= part
    return Beats(np.insert(intervals, split, part), np.insert(beats.af, split, beats.af[split]))


def _ectopic_places(n: int, geminy: float, rng: Generator) -> list[int]:
    """Where ectopic beats fall: scattered, and at times in runs of bigeminy, trigeminy or quadrigeminy."""
    places: list[int] = []
    at, ordered = int(rng.integers(0, 4)), rng.random() < geminy
    # One in five is dense: more than every fourth beat, as in the worst recordings of any database.
    rate = rng.uniform(0.01, 0.3) if rng.random() < 0.8 else rng.uniform(0.3, 0.9)
    while at < n - 2:
        if ordered and rng.random() < 0.25:
            every, times = int(rng.integers(2, 5)), int(rng.integers(3, 14))
            places += [place for place in range(at, at + every * times, every) if place < n - 2]
            at = at + every * times
        else:
            places.append(at)
        at += 2 + int(rng.geometric(rate))
    return places


def plant_ectopy(beats: Beats, rng: Generator) -> Beats:
    """Premature beats, alone, paired or in order, atrial (pause resets) or ventricular (pause compensates).

    Coupling is steady for one focus and wanders for several; in fibrillation there is no sinus node
    to keep time, so the pause is drawn long instead of adding up.
    """
    intervals, usual = beats.intervals.copy(), float(np.median(beats.intervals))
    coupling, wander = rng.uniform(0.42, 0.88), rng.choice([0.01, 0.03, 0.08])
    compensation, couplets = rng.choice([0.0, 0.5, 1.0]), rng.choice([0.0, 0.0, 0.15])
    interpolated = rng.choice([0.0, 0.0, 0.0, 0.4])
    inserted: list[int] = []
    for place in _ectopic_places(intervals.size, 0.1 if beats.af.any() else 0.5, rng):
        base = 0.5 * usual + 0.5 * intervals[place]
        early = base * float(np.clip(rng.normal(coupling, wander), 0.35, 0.92))
        rest = 2 * intervals[place] - early if rng.random() < compensation else base * rng.uniform(1.0, 1.2)
        if rng.random() < interpolated:
            inserted.append(place)
            rest = intervals[place] - early
        intervals[place] = early
        follow = place + 1
        if rng.random() < couplets:
            intervals[follow] = early * rng.uniform(0.85, 1.15)
            follow += 1
        intervals[follow] = max(rest, 0.3 * usual) * (1 + rng.normal(0, 0.02))
    return Beats(intervals, beats.af)


def atrial_run(beats: Beats, rng: Generator) -> Beats:
    """A short supraventricular run: 4 to 20 fast beats, slightly uneven, and a pause after it."""
    intervals, n = beats.intervals.copy(), beats.intervals.size
    length = int(rng.integers(4, 21))
    start = int(rng.integers(0, n - length - 1))
    fast = float(np.median(intervals)) * rng.uniform(0.45, 0.75)
    intervals[start : start + length] = fast * (1 + rng.normal(0, rng.uniform(0.01, 0.06), length))
    intervals[start + length] *= rng.uniform(1.0, 1.5)
    return Beats(intervals, beats.af)


def block_beats(beats: Beats, rng: Generator) -> Beats:
    """Block of conduction: dropped beats at random, or grouped with shortening intervals (Wenckebach)."""
    if rng.random() < 0.5:
        dropped = np.where(
            rng.random(beats.intervals.size) < rng.uniform(0.02, 0.4), rng.uniform(1.6, 2.0), 1.0
        )
        return Beats(beats.intervals * dropped, beats.af)
    group = int(rng.integers(3, 7))
    shape: list[float] = []
    while len(shape) < beats.intervals.size:
        size = max(2, group + int(rng.integers(-1, 2)))
        shape += [*np.linspace(1.08, 0.94, size - 1), rng.uniform(1.5, 1.9)]
    return Beats(beats.intervals * np.array(shape[: beats.intervals.size]), beats.af)


def flutter(beats: Beats, rng: Generator) -> Beats:
    """Flutter: a regular atrial clock of 190 to 260 ms conducted 2:1 to 5:1 in changing order."""
    n, clock = beats.intervals.size, rng.uniform(190, 260)
    ratios = rng.permutation([2, 3, 4, 5])[: rng.integers(1, 4)]
    stay = rng.uniform(0.2, 0.95)
    chosen = [int(rng.choice(ratios))]
    for _ in range(n - 1):
        chosen.append(chosen[-1] if rng.random() < stay else int(rng.choice(ratios)))
    intervals = np.array(chosen) * clock + np.diff(rng.normal(0, rng.uniform(3, 12), n + 1))
    return Beats(intervals, np.zeros(n, dtype=bool))


def pace(beats: Beats, rng: Generator) -> Beats:
    """A pacemaker in fibrillation (VVI): no interval is longer than its escape interval."""
    escape = float(np.quantile(beats.intervals, rng.uniform(0.5, 0.95)))
    paced = (beats.intervals > escape) & beats.af
    noise = rng.normal(0, 2, beats.intervals.size)
    return Beats(np.where(paced, escape + noise, beats.intervals), beats.af)


Change = Callable[[Beats, Generator], Beats]
_ANY: tuple[tuple[float, Change], ...] = ((0.6, change_tempo), (0.1, miss_beats), (0.1, extra_beats))
_IN_AF: tuple[tuple[float, Change], ...] = ((0.25, plant_ectopy), (0.05, pace))
_IN_SINUS: tuple[tuple[float, Change], ...] = (
    (0.03, flutter),
    (0.25, breathe),
    (0.04, block_beats),
    (0.30, plant_ectopy),
    (0.06, atrial_run),
)


def vary(beats: Beats, fs: float, rng: Generator) -> Beats:
    """One random variation of a stretch recorded at `fs`; never the same beats twice."""
    beats = smooth_rounding(beats, fs, rng)
    for chance, change in (_IN_AF if beats.af.any() else _IN_SINUS) + _ANY:
        if rng.random() < chance:
            beats = change(beats, rng)
    return requantise(beats, rng)
