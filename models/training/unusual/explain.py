"""Is the signal that was changed the one that occlusion names? Judged on hours with one planted change."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.deep.networks import Networks
from models.deep.unusual import CHANNELS, MINUTES

Rows = NDArray[np.float32]

AWAY = (3.5, 6.0)
"""Spreads by which a signal is moved, up or down."""
LASTS = (15, 40)
"""Newest minutes that are moved."""


def planted_hours(ordinary: Rows, seed: int, count: int = 500) -> tuple[Rows, NDArray[np.int64]]:
    """Ordinary hours with one present channel moved in the newest minutes, and which channel it is."""
    rng = np.random.default_rng(seed)
    present = (~np.isnan(ordinary[:, -LASTS[0] :])).sum(axis=1)
    complete = ordinary[present.min(axis=1) > 0]
    rows = complete[rng.integers(0, len(complete), count)].copy()
    channels = rng.integers(0, len(CHANNELS), count)
    away = rng.uniform(*AWAY, count) * rng.choice([-1.0, 1.0], count)
    begins = MINUTES - rng.integers(LASTS[0], LASTS[1] + 1, count)
    for row, channel, shift, begin in zip(rows, channels, away, begins, strict=True):
        row[begin:, channel] += shift
    return rows, channels


def occluded(networks: Networks, rows: Rows) -> NDArray[np.float64]:
    """How much the rarity falls [n, 5] when each channel is set to missing."""
    whole = networks.run("unusual", rows).astype(float)
    falls = np.empty((len(rows), len(CHANNELS)))
    for channel in range(len(CHANNELS)):
        without = rows.copy()
        without[:, :, channel] = np.nan
        falls[:, channel] = whole - networks.run("unusual", without)
    return falls


def named_first(networks: Networks, rows: Rows, planted: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Of the hours that are called rare: whether the planted channel's absence changes most."""
    rare = networks.run("unusual", rows) >= 2.0
    return np.asarray(occluded(networks, rows[rare]).argmax(axis=1) == planted[rare])
