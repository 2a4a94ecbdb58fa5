"""Windows for the quality network: true beats, clean or spoilt, with how many intervals are wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from models.datasets.rr import RRRecord
from models.deep.beat_quality import LONGEST_MS, SHORTEST_MS, quality_inputs
from models.signals.beats import BEATS
from models.training import augment
from models.training.augment import RATES, Beats
from models.training.quality.artefacts import TRAINED, Span, plant

WRONG = 12
"""Wrong intervals of 60 from which a window is not usable (why: docs/explanation/quality-network.md)."""
_STRETCH = 170
"""True beats drawn for a window: a sensor that misses two of three still fills it."""
_IRREGULAR = 0.12
"""Relative change of an interval that counts as uneven when places are sorted."""
_CLEAN, _MIXED = 0.5, 0.25
"""Share of drawn windows without artefacts; of the others, share with two artefacts."""

Tick = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Examples:
    """Derived inputs, one row a window."""

    sequence: NDArray[np.float32]
    statistics: NDArray[np.float32]
    usable: NDArray[np.bool_]
    clean: NDArray[np.bool_]
    """True where nothing was planted."""

    def __len__(self) -> int:
        return int(self.usable.size)


def derive(
    rows: NDArray[np.float32], usable: NDArray[np.bool_], clean: NDArray[np.bool_] | None = None
) -> Examples:
    """Run the product's own derivation over rows [n, 60]."""
    return Examples(*quality_inputs(rows), usable, usable if clean is None else clean)


def pool(records: Sequence[RRRecord], size: int, seed: int, tick: Tick = lambda _: None) -> Examples:
    """`size` windows, people alike: half clean, half spoilt by the kinds that may be trained on."""
    rng = np.random.default_rng(seed)
    places = [_places(record) for record in records]
    rows, wrong = np.empty((size, BEATS), np.float32), np.empty(size, np.int64)
    clean = rng.random(size) < _CLEAN
    for at in range(size):
        while (drawn := _draw(records, places, bool(clean[at]), rng)) is None:
            pass
        rows[at], wrong[at] = drawn
        if at % 1024 == 0:
            tick(at)
    tick(size)
    return derive(rows, wrong < WRONG, clean)


def _places(record: RRRecord) -> list[NDArray[np.int64]]:
    """Starts of stretches, the even ones and the uneven ones apart: rare rhythms are to be kept."""
    starts = np.arange(0, max(1, record.intervals.size - _STRETCH), 5)
    change = np.abs(np.diff(np.log(np.maximum(record.intervals, 50)), prepend=0)) > _IRREGULAR
    total = np.concatenate([[0], np.cumsum(change)])
    stops = np.minimum(starts + _STRETCH, record.intervals.size)
    share = (total[stops] - total[starts]) / _STRETCH
    groups = (starts[share < 0.1], starts[(share >= 0.1) & (share < 0.4)], starts[share >= 0.4])
    return [group for group in groups if group.size]


def _draw(
    records: Sequence[RRRecord], places: Sequence[list[NDArray[np.int64]]], clean: bool, rng: Generator
) -> tuple[NDArray[np.float64], int] | None:
    """One window and its count of wrong intervals; None where too few beats are left to fill it."""
    person = int(rng.integers(len(records)))
    record, start = records[person], int(rng.choice(places[person][rng.integers(len(places[person]))]))
    cut = slice(start, start + _STRETCH)
    beats = Beats(record.intervals[cut].astype(np.float64), record.af[cut])
    step = 1000.0 / record.fs
    if rng.random() < 0.7:
        beats, step = _vary(beats, record.fs, rng), 1000.0 / RATES[rng.integers(len(RATES))]
    told = plant(beats.intervals, [] if clean else _spans(beats.intervals.size, rng), step, rng)
    kept = (told.intervals >= SHORTEST_MS) & (told.intervals <= LONGEST_MS)
    intervals, wrong = told.intervals[kept], told.wrong[kept]
    if intervals.size < BEATS:
        return None
    first = int(rng.integers(0, intervals.size - BEATS + 1))
    window = slice(first, first + BEATS)
    return intervals[window], 0 if clean else int(wrong[window].sum())


def _geminy(beats: Beats, rng: Generator) -> Beats:
    """Every second, third or fourth beat premature, all through the stretch."""
    every, early = int(rng.integers(2, 5)), rng.uniform(0.42, 0.88)
    pause = rng.uniform(1.0, 2.0 - early)
    phase = (np.arange(beats.intervals.size) + rng.integers(every)) % every
    shape = np.select([phase == 0, phase == 1], [early, pause], 1.0)
    wander = rng.normal(0, rng.choice([0.005, 0.02, 0.05]), shape.size)
    return Beats(beats.intervals * shape * (1 + wander * (phase < 2)), beats.af)


_OFTEN: tuple[tuple[float, augment.Change], ...] = ((0.6, augment.change_tempo),)
_IN_AF: tuple[tuple[float, augment.Change], ...] = ((0.25, augment.plant_ectopy), (0.05, augment.pace))
_IN_SINUS: tuple[tuple[float, augment.Change], ...] = (
    (0.06, augment.flutter),
    (0.30, augment.breathe),
    (0.04, augment.block_beats),
    (0.40, augment.plant_ectopy),
    (0.10, augment.atrial_run),
    (0.06, _geminy),
)


def _vary(beats: Beats, fs: float, rng: Generator) -> Beats:
    """Another heart, and sometimes another detector's jitter: real all the same, so usable."""
    beats = augment.smooth_rounding(beats, fs, rng)
    for chance, change in (_IN_AF if beats.af.any() else _IN_SINUS) + _OFTEN:
        if rng.random() < chance:
            beats = change(beats, rng)
    if rng.random() < 0.3:
        jitter = rng.normal(0, rng.uniform(1, 8), beats.intervals.size + 1)
        beats = Beats(beats.intervals + np.diff(jitter), beats.af)
    return Beats(np.maximum(beats.intervals, SHORTEST_MS), beats.af)


def _spans(size: int, rng: Generator) -> list[Span]:
    """One artefact over the whole stretch or a part of it, or two one after the other."""
    kinds = rng.choice(list(TRAINED), 2)
    middle = int(rng.integers(40, size - 40))
    if rng.random() < _MIXED:
        bounds = [(0, middle), (middle, size)]
    elif rng.random() < 0.5:
        bounds = [(0, size)]
    else:
        bounds = [(0, middle) if rng.random() < 0.5 else (middle, size)]
    return [Span(a, b, str(kind), float(rng.random())) for (a, b), kind in zip(bounds, kinds, strict=False)]
