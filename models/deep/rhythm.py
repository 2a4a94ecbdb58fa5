"""What the rhythm network sees of 60 inter-beat intervals: a sequence and a row of statistics.

Everything is relative to the window's own median interval, so that rate alone says little, and
tolerances are in relative units, so that sampling rates from 128 Hz up look alike. Each row is
derived from itself alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.deep.irregularity import FEATURE_NAMES, irregularity

BEATS = 60
CHANNELS = 3
SHORTEST_MS, LONGEST_MS = 200.0, 4000.0

__all__ = ["BEATS", "CHANNELS", "FEATURE_NAMES", "rhythm_inputs"]


def rhythm_inputs(windows: NDArray[np.floating]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Derive the network's inputs.

    `windows` [n, 60] inter-beat intervals, ms. Gives the sequence [n, 60, 3] (log interval over the
    window's median, its change, log of the interval paired with the next) and the statistics
    [n, len(FEATURE_NAMES)]. Raises ValueError on another shape or on values that are not finite.
    """
    x = np.asarray(windows, dtype=np.float64)
    if x.ndim != 2 or x.shape[1] != BEATS:
        raise ValueError(f"rhythm windows are [n, {BEATS}] intervals in ms, not {list(x.shape)}")
    if not np.isfinite(x).all():
        raise ValueError("rhythm windows hold values that are not finite")
    x = np.ascontiguousarray(np.clip(x, SHORTEST_MS, LONGEST_MS))
    ordered = np.sort(x, axis=1)
    median = (ordered[:, BEATS // 2 - 1 : BEATS // 2] + ordered[:, BEATS // 2 : BEATS // 2 + 1]) / 2
    ratio = x / median
    return _sequence(ratio), irregularity(ratio, median[:, 0])


def _sequence(ratio: NDArray[np.float64]) -> NDArray[np.float32]:
    """[n, 60, 3] channels of the convolution, from intervals over their median."""
    level = np.log(ratio)
    change = np.diff(level, axis=1, prepend=level[:, :1])
    # A premature beat and its compensatory pause add up to two usual intervals: pairs show that.
    following = np.concatenate([ratio[:, 1:], ratio[:, -1:]], axis=1)
    pair = np.log((ratio + following) / 2)
    return np.stack([level, change, pair], axis=2).astype(np.float32)
