"""From errors of ordinary hours to the table that turns an error into a rarity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LEVELS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.3, 1.6, 2.0, 2.3, 2.6, 3.0)
"""Rarities at which the table has a knot: -log10 of the share of ordinary hours beyond."""
FEWEST = 12
"""Ordinary hours that must lie beyond a knot; past the last one the line goes on."""


def knots_and_slopes(errors: Array) -> tuple[Array, Array]:
    """Knots (log error) and changes of slope, [k] both, from the errors of ordinary hours."""
    order, total = np.sort(np.log(errors)), len(errors)
    known = [level for level in LEVELS if total * 10.0**-level >= FEWEST]
    height = np.array([np.quantile(order, 1 - 10.0**-level) for level in known])
    height = np.maximum.accumulate(height + 1e-6 * np.arange(len(height)))
    slopes = np.diff(known) / np.diff(height)
    # A single step at the far end is too few hours to steer what lies beyond: the last decade does.
    tail = max(i for i, level in enumerate(known[:-1]) if level <= known[-1] - 1.0 or i == 0)
    last = (known[-1] - known[tail]) / (height[-1] - height[tail])
    changes = np.diff(np.concatenate([[0.0], slopes, [last]]))
    room = len(LEVELS) - len(height)
    return np.pad(height, (0, room), constant_values=1e3), np.pad(changes, (0, room))


def tables(errors: Array, flags: NDArray[np.floating]) -> tuple[Array, Array]:
    """Knots and slopes [groups, k]; `flags` [n, groups] say to which group each hour belongs.

    A group of next to no hours takes the table of them all.
    """
    own = [errors[flags[:, group] > 0] for group in range(flags.shape[1])]
    found = [knots_and_slopes(part if len(part) >= 10 * FEWEST else errors) for part in own]
    knots, slopes = (np.stack(part) for part in zip(*found, strict=True))
    return knots, slopes


def share_gap(rarities: Array) -> float:
    """Mean |stated - seen| share over all stated shares: 0 where the percentile is uniform."""
    if not rarities.size:
        return float("nan")
    stated = np.linspace(0.005, 0.995, 199)
    seen = np.searchsorted(np.sort(10.0**-rarities), stated, side="right") / rarities.size
    return float(np.abs(seen - stated).mean())
