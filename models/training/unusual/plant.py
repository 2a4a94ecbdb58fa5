"""Strain planted in real recordings: the heart beats faster and less variably for a while."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.datasets.rr import RRRecord
from models.signals.windows import MINUTE
from streams.gateways.simulator import DEFAULT_START, Episode

FIRST_H, EVERY_H, LASTS_MIN, RAMP_MIN = 3.0, 4.0, 50.0, 6.0
FASTER = (12.0, 20.0)
"""Beats a minute more, as before the symptoms of an infection (Mishra 2020, Nat Biomed Eng 4:1208)."""
STEADIER = (0.45, 0.65)
"""Factor on beat-to-beat variability (Ahmad 2009, PLoS ONE 4:e6642: about half before sepsis)."""
_AROUND = 31
"""Beats of the local mean."""


def plant_strain(record: RRRecord, seed: int) -> tuple[RRRecord, tuple[Episode, ...]]:
    """The record with strain every four hours, and where it lies."""
    rng, times, hours = np.random.default_rng(seed), record.times_ms, 60 * MINUTE
    strength, marks = np.zeros(times.size), list[tuple[int, int]]()
    rise, calm = np.zeros(times.size), np.ones(times.size)
    at = (FIRST_H + rng.uniform(0, EVERY_H / 2)) * hours
    while at + (LASTS_MIN + 30) * MINUTE < times[-1]:
        first, last = np.searchsorted(times, [at, at + LASTS_MIN * MINUTE])
        if last > first:
            here = slice(int(first), int(last))
            edge = np.minimum(times[here] - at, at + LASTS_MIN * MINUTE - times[here]) / (RAMP_MIN * MINUTE)
            strength[here] = np.clip(edge, 0, 1)
            rise[here], calm[here] = rng.uniform(*FASTER), rng.uniform(*STEADIER)
            marks.append((int(first), int(last) - 1))
        at += EVERY_H * hours
    changed = replace(record, intervals=_strained(record.intervals, strength, rise, calm))
    ends = changed.times_ms
    spans = [(DEFAULT_START + int(ends[first]), DEFAULT_START + int(ends[last])) for first, last in marks]
    return changed, tuple(Episode(record.name, "anomaly", *span) for span in spans)


def _strained(
    intervals: NDArray[np.float32],
    strength: NDArray[np.float64],
    rise: NDArray[np.float64],
    calm: NDArray[np.float64],
) -> NDArray[np.float32]:
    x = intervals.astype(np.float64)
    usual = np.clip(x, 200, 4000)
    kernel = np.ones(_AROUND)
    mean = np.convolve(usual, kernel, "same") / np.convolve(np.ones(x.size), kernel, "same")
    faster = 60_000 / (60_000 / mean + strength * rise)
    steady = faster / mean * (mean + (x - mean) * (1 - strength * (1 - calm)))
    return np.where(strength > 0, np.maximum(steady, 200), x).astype(np.float32)
