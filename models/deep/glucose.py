"""What the glucose network sees: a day of readings on a 15-minute grid, ending now.

A row is [104, 3], oldest first: glucose in mg/dL (NaN where there was none), whether something was
eaten (NaN where nobody says), minute of the local day. The newest reading must be there; anything
else may be missing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

STEP_MIN = 15
STEPS = 104
"""26 hours, so that what followed this time of day yesterday is among them."""
RECENT = 24
"""Steps that the recurrent part reads: six hours."""
_DAY = 96
_YESTERDAY = 9
"""Readings from this time yesterday to two hours later."""
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
HORIZONS = (30, 60)
OUTPUTS = (
    *(f"q{q:.2f}_{h}" for h in HORIZONS for q in QUANTILES),
    *(f"mean_{h}" for h in HORIZONS),
    "p_low",
    "p_high",
)
"""Quantiles, then expected value, in mg/dL; P(any reading below 70), P(any above 180) within 60 minutes."""
LOW, HIGH = 70.0, 180.0
SHAPES = {"recent": (RECENT, 6), "summary": (_YESTERDAY + 24,), "now": (1,)}
_UNIT = 30.0
"""mg/dL that count as one."""
_LOWEST, _HIGHEST = 20.0, 600.0

Array = NDArray[np.float64]
Rows = NDArray[np.float32]


def glucose_inputs(rows: NDArray[np.floating]) -> tuple[Rows, Rows, Rows]:
    """Derive the network's inputs.

    `rows` [n, 104, 3]: mg/dL, eaten, minute of the day. Gives the last six hours [n, 24, 6] relative to
    the newest reading, a summary of the day [n, 33], and the newest reading [n, 1] in mg/dL. Raises
    ValueError on another shape, infinite values, or a newest reading that is missing.
    """
    x = np.asarray(rows, dtype=np.float64)
    if x.ndim != 3 or x.shape[1:] != (STEPS, 3):
        raise ValueError(f"glucose rows are [n, {STEPS}, 3], not {list(x.shape)}")
    if np.isinf(x).any() or np.isnan(x[:, -1, 0]).any():
        raise ValueError("glucose rows hold infinite values, or no newest reading")
    glucose = np.clip(x[:, :, 0], _LOWEST, _HIGHEST)
    now = glucose[:, -1:]
    filled = _carried(glucose)
    recent = _recent(glucose, filled, x[:, :, 1], now)
    parts = (_level(glucose, now), _trend(filled), _yesterday(glucose, now), _meals(x[:, :, 1]))
    summary = np.concatenate([*parts, _clock(x[:, -1, 2])], axis=1)
    return recent.astype(np.float32), summary.astype(np.float32), now.astype(np.float32)


def _carried(glucose: Array) -> Array:
    """Gaps filled with the reading before; with the newest one where there was none before."""
    at = np.maximum.accumulate(np.where(np.isnan(glucose), -1, np.arange(STEPS)), axis=1)
    taken = np.take_along_axis(glucose, np.maximum(at, 0), axis=1)
    return np.where(at >= 0, taken, glucose[:, -1:])


def _recent(glucose: Array, filled: Array, eaten: Array, now: Array) -> Array:
    known = ~np.isnan(glucose)
    hours = np.arange(STEPS) * STEP_MIN / 60.0
    since = hours - np.maximum.accumulate(np.where(known, hours, -1.0), axis=1)
    change = np.diff(filled, axis=1, prepend=filled[:, :1])
    channels = (
        np.clip((filled - now) / _UNIT, -8, 8),
        np.clip(change / 10.0, -5, 5),
        known,
        np.minimum(since, 2.0),
        np.nan_to_num(eaten),
        ~np.isnan(eaten),
    )
    return np.stack(channels, axis=2)[:, -RECENT:]


def _level(glucose: Array, now: Array) -> Array:
    """[n, 6] where the newest reading stands in the day's: own usual, spread, extremes, how much is known."""
    known = ~np.isnan(glucose)
    count = known.sum(axis=1, keepdims=True)
    mean = np.nansum(glucose, axis=1, keepdims=True) / count
    off = np.where(known, glucose - mean, 0.0)
    spread = np.sqrt((off**2).sum(axis=1, keepdims=True) / count)
    low = np.nanmin(glucose, axis=1, keepdims=True)
    high = np.nanmax(glucose, axis=1, keepdims=True)
    level = [(now - 140.0) / 50.0, (mean - now) / _UNIT, (low - now) / _UNIT, (high - now) / _UNIT]
    return np.concatenate([*level, spread / _UNIT, count / STEPS], axis=1)


def _trend(filled: Array) -> Array:
    """[n, 6] changes over 15 to 90 minutes and the bend of the newest three readings."""
    now = filled[:, -1]
    changes = [(now - filled[:, -1 - back]) / 20.0 for back in (1, 2, 3, 4, 6)]
    bend = (now - 2 * filled[:, -2] + filled[:, -3]) / 10.0
    return np.clip(np.stack([*changes, bend], axis=1), -6, 6)


def _yesterday(glucose: Array, now: Array) -> Array:
    """[n, 10] readings from this time yesterday on, relative to now, 0 where missing; and whether known."""
    start = STEPS - 1 - _DAY
    then = glucose[:, start : start + _YESTERDAY]
    share = (~np.isnan(then)).mean(axis=1, keepdims=True)
    return np.concatenate([np.nan_to_num(np.clip((then - now) / _UNIT, -8, 8)), share], axis=1)


def _meals(eaten: Array) -> Array:
    """[n, 7] meals by quarter of an hour, then by the hour, of the last three hours; whether anyone says."""
    meal = np.nan_to_num(eaten)
    quarters = meal[:, -4:]
    hours = np.stack([meal[:, -8:-4].max(axis=1), meal[:, -12:-8].max(axis=1)], axis=1)
    said = (~np.isnan(eaten[:, -12:])).any(axis=1, keepdims=True)
    return np.concatenate([quarters, hours, said], axis=1)


def _clock(minute: Array) -> Array:
    """[n, 4] daily and half-daily wave; 0 where the time of day is unknown."""
    turn = 2 * np.pi * minute / 1440.0
    return np.asarray(
        np.nan_to_num(np.stack([np.sin(turn), np.cos(turn), np.sin(2 * turn), np.cos(2 * turn)], axis=1))
    )
