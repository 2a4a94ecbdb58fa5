"""What hourly vitals came to so far: for every hour, from that hour and earlier ones only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Known = NDArray[np.bool_]

WINDOWS = (6, 12, 24)
"""Hours that are looked back on, beside the whole stay."""
_OF_A_WINDOW = ("mean", "low", "high", "spread", "change")
SO_FAR = (
    *("last", "first", "mean", "low", "high", "spread", "slope", "often", "since"),
    *(f"{name}_{window}h" for window in WINDOWS for name in _OF_A_WINDOW),
)
_FEWEST = 3
"""Measured hours below which there is no slope."""
_STEEPEST = 5.0
_LONGEST = 24.0


def so_far(x: Array, least: Array, most: Array) -> dict[str, Array]:
    """The names of `SO_FAR` to [n, hours, vitals] for scaled vitals of that shape, NaN where not measured.

    `least` and `most` are the extremes within an hour, where they are known of.
    `often` is log(1 + measured hours), `since` hours since the last measurement (from the beginning
    where there was none), `slope` the change a day of a straight line, `change` a window's
    mean less that of the whole stay. All others are NaN until something was measured.
    """
    known = ~np.isnan(x)
    value = np.where(known, x, 0.0)
    sums = np.stack([known, value, value**2])
    total = np.cumsum(sums, axis=2)
    lowest = np.where(known, np.fmin(x, least), np.inf)
    highest = np.where(known, -np.fmax(x, most), np.inf)
    mean, spread = _moments(total)
    out = {"last": carried(x), "first": _first(x, known), "mean": mean}
    out |= {
        "low": _finite(np.minimum.accumulate(lowest, axis=1)),
        "high": -_finite(np.minimum.accumulate(highest, axis=1)),
    }
    out |= {"spread": spread, "slope": _slope(total, value, known)}
    out |= {"often": np.log1p(total[0]), "since": np.minimum(hours_since(known), _LONGEST)}
    lows, highs = _lowest(lowest), _lowest(highest)
    for window in WINDOWS:
        recent = _moments(total - _shifted(total, window, 0.0))
        found = (recent[0], _finite(lows[window]), -_finite(highs[window]), recent[1], recent[0] - mean)
        out |= {f"{name}_{window}h": part for name, part in zip(_OF_A_WINDOW, found, strict=True)}
    return out


def hours_since(known: Known) -> Array:
    """[n, hours, v] hours since it was last measured; since the beginning where it never was."""
    hours = np.arange(known.shape[1], dtype=np.float64)[None, :, None]
    return np.asarray(hours - np.maximum.accumulate(np.where(known, hours, -1.0), axis=1))


def carried(x: Array) -> Array:
    """[n, hours, v] the last value seen, NaN before the first."""
    hours = np.arange(x.shape[1])[None, :, None]
    at = np.maximum.accumulate(np.where(np.isnan(x), 0, hours), axis=1)
    return np.take_along_axis(x, at, axis=1)


def _first(x: Array, known: Known) -> Array:
    at = np.argmax(known, axis=1)[:, None, :]
    hours = np.arange(x.shape[1])[None, :, None]
    return np.where(hours >= at, np.take_along_axis(x, at, axis=1), np.nan)


def _moments(sums: Array) -> tuple[Array, Array]:
    """Mean and standard deviation from number, sum and sum of squares."""
    number = sums[0]
    some = np.maximum(number, 1.0)
    mean = sums[1] / some
    spread = np.sqrt(np.maximum(sums[2] / some - mean**2, 0.0))
    return np.where(number > 0, mean, np.nan), np.where(number > 0, spread, np.nan)


def _slope(total: Array, value: Array, known: Known) -> Array:
    days = np.arange(known.shape[1])[None, :, None] / 24.0
    when, square, both = (np.cumsum(part, axis=1) for part in (days * known, days**2 * known, days * value))
    number = total[0]
    across = number * square - when**2
    steep = (number * both - when * total[1]) / np.where(number >= _FEWEST, across, 1.0)
    return np.where(number >= _FEWEST, np.clip(steep, -_STEEPEST, _STEEPEST), np.nan)


def _lowest(x: Array) -> dict[int, Array]:
    """The lowest of the last 6, 12 and 24 hours, each from the one before."""
    three = np.minimum(np.minimum(x, _shifted(x, 1, np.inf)), _shifted(x, 2, np.inf))
    out = {3: three}
    for window in WINDOWS:
        half = out[window // 2]
        out[window] = np.minimum(half, _shifted(half, window // 2, np.inf))
    return out


def _shifted(x: Array, hours: int, before: float) -> Array:
    """[..., hours, v] as it was hours ago."""
    out = np.full_like(x, before)
    out[..., hours:, :] = x[..., :-hours, :]
    return out


def _finite(x: Array) -> Array:
    return np.where(np.isfinite(x), x, np.nan)
