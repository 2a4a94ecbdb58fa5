"""Windows for the glucose network: a day of readings on the 15-minute grid, and what came after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.datasets.cgm import UTC_OFFSET, Series
from models.deep.glucose import HIGH, LOW, STEP_MIN, STEPS

_STEP_MS = STEP_MIN * 60_000
_AHEAD = 4
"""Steps after now that are looked at: an hour."""
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Windows:
    """Rows for `glucose_inputs` and what followed each."""

    rows: NDArray[np.float32]
    """[n, 104, 3]"""
    later: NDArray[np.float32]
    """[n, 4] mg/dL 15, 30, 45 and 60 minutes after now, NaN where there was no reading."""
    times: NDArray[np.int64]
    """[n] now, ms UTC."""

    @property
    def truth(self) -> NDArray[np.float32]:
        """[n, 2] glucose after 30 and 60 minutes."""
        return self.later[:, [1, 3]]

    @property
    def events(self) -> NDArray[np.bool_]:
        """[n, 2] whether any reading of the hour was below 70, above 180."""
        low = np.nanmin(self.later, axis=1) < LOW
        return np.stack([low, np.nanmax(self.later, axis=1) > HIGH], axis=1)

    @property
    def now(self) -> NDArray[np.float32]:
        """[n] the newest reading."""
        return self.rows[:, -1, 0]


def on_grid(times_ms: NDArray[np.int64], values: Array, start: int, count: int) -> Array:
    """Mean of the readings nearest to each of `count` steps from step `start` on, NaN where none.

    Sensors that read every five minutes come to three readings a step, slower ones leave gaps.
    """
    known = ~np.isnan(values)
    at = (np.round(times_ms[known] / _STEP_MS)).astype(np.int64) - start
    inside = (at >= 0) & (at < count)
    number = np.bincount(at[inside], minlength=count)
    total = np.bincount(at[inside], weights=values[known][inside], minlength=count)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


def windows_of(series: Series) -> Windows:
    """Every window of a wearing with a reading now, after 30 and after 60 minutes."""
    if not series.times_ms.size:
        return _none()
    # Shifted so that the sensor's own rhythm falls on the grid and no reading is moved.
    shift = int(np.median(series.times_ms % _STEP_MS))
    times = series.times_ms - shift
    start, last = (int(np.round(times[i] / _STEP_MS)) for i in (0, -1))
    count = last - start + 1
    glucose = on_grid(times, series.glucose, start, count)
    meal = on_grid(times, series.meal.astype(np.float64), start, count)
    at = (start + np.arange(count)) * _STEP_MS + shift
    return _cut(glucose, (np.nan_to_num(meal) > 0).astype(np.float64), at)


def _cut(glucose: Array, meal: Array, times: NDArray[np.int64]) -> Windows:
    before = np.full(STEPS - 1, np.nan)
    after = np.concatenate([glucose, np.full(_AHEAD, np.nan)])
    later = np.lib.stride_tricks.sliding_window_view(after, _AHEAD + 1)
    channels = [np.concatenate([before, channel]) for channel in (glucose, meal)]
    past = [np.lib.stride_tricks.sliding_window_view(channel, STEPS) for channel in channels]
    chosen = np.flatnonzero(~np.isnan(later[:, [0, 2, 4]]).any(axis=1))
    if not chosen.size:
        return _none()
    minute = (times[chosen] / 60_000 + UTC_OFFSET) % 1440
    clock = np.repeat(minute[:, None], STEPS, axis=1)
    rows = np.stack([past[0][chosen], past[1][chosen], clock], axis=2)
    return Windows(rows.astype(np.float32), later[chosen, 1:].astype(np.float32), times[chosen])


def _none() -> Windows:
    return Windows(
        np.empty((0, STEPS, 3), np.float32), np.empty((0, _AHEAD), np.float32), np.empty(0, np.int64)
    )


def by_patient(series: Iterator[Series]) -> dict[str, Windows]:
    """All windows of each person, over every wearing."""
    parts: dict[str, list[Windows]] = {}
    for one in series:
        parts.setdefault(one.patient, []).append(windows_of(one))
    return {name: join(found) for name, found in parts.items()}


def join(parts: list[Windows]) -> Windows:
    """All rows of several sets, in order."""
    rows, later, times = ([p.rows for p in parts], [p.later for p in parts], [p.times for p in parts])
    return Windows(np.concatenate(rows), np.concatenate(later), np.concatenate(times))
