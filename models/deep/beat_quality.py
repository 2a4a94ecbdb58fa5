"""What the quality network sees of 60 inter-beat intervals: a sequence and a few statistics.

It runs on every minute of beats of every wearer, so everything here is cheap: one sort, no distances of
all pairs. Intervals are taken relative to the window's own median. Each row is derived from itself alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.signals.beats import BEATS

Rows = NDArray[np.float32]
CHANNELS = 3
SHORTEST_MS, LONGEST_MS = 200.0, 4000.0
_RANKS = (1, 5, 14, 45, 54, 58)
"""Of the 60 sorted intervals."""
_APART_MS = 25.0
"""Lengths farther apart than this, next to each other when sorted, are clusters of their own."""
_SPANS = (2, 4, 8)
STATISTICS = (
    "log_rate",
    *(f"level_{rank}" for rank in _RANKS),
    *("rmssd", "lag1", "lag2", "same", "clusters", "apart", "even"),
    *(f"time_{span}" for span in _SPANS),
)


def quality_inputs(windows: NDArray[np.floating]) -> tuple[Rows, Rows]:
    """Derive the network's inputs.

    `windows` [n, 60] inter-beat intervals, ms. Gives the sequence [n, 60, 3] (log interval over the
    window's median, its change, log of the interval paired with the next) and the statistics
    [n, len(STATISTICS)]. Raises ValueError on another shape or on values that are not finite.
    """
    x = np.asarray(windows, dtype=np.float32)
    if x.ndim != 2 or x.shape[1] != BEATS:
        raise ValueError(f"quality windows are [n, {BEATS}] intervals in ms, not {list(x.shape)}")
    if not np.isfinite(x).all():
        raise ValueError("quality windows hold values that are not finite")
    x = np.clip(x, SHORTEST_MS, LONGEST_MS)
    ordered = np.sort(x, axis=1)
    median = (ordered[:, BEATS // 2 - 1 : BEATS // 2] + ordered[:, BEATS // 2 : BEATS // 2 + 1]) / 2
    ratio: Rows = np.divide(x, median, dtype=np.float32)
    sequence = _sequence(ratio)
    columns = [np.log(median / 800.0), np.log(ordered[:, _RANKS] / median)]
    columns += [_changes(sequence[:, :, 1]), _clusters(ordered), _timing(ratio)]
    return sequence, np.concatenate(columns, axis=1, dtype=np.float32)


def _sequence(ratio: Rows) -> Rows:
    out = np.empty((*ratio.shape, CHANNELS), np.float32)
    level = np.log(ratio)
    out[:, :, 0] = level
    out[:, 0, 1] = 0.0
    out[:, 1:, 1] = level[:, 1:] - level[:, :-1]
    # A missed beat is the sum of two, an early beat and its pause add up to two.
    out[:, :-1, 2] = np.log((ratio[:, :-1] + ratio[:, 1:]) / 2)
    out[:, -1, 2] = level[:, -1]
    return out


def _changes(change: Rows) -> Rows:
    """[n, 4] how large changes are, how they take each other back, how many are none."""
    bounded = np.clip(change[:, 1:], -0.5, 0.5)
    power = np.einsum("ij,ij->i", bounded, bounded) + np.float32(0.01)
    return np.stack(
        [
            np.log(power),
            np.einsum("ij,ij->i", bounded[:, 1:], bounded[:, :-1]) / power,
            np.einsum("ij,ij->i", bounded[:, 2:], bounded[:, :-2]) / power,
            (np.abs(bounded) < 1e-3).sum(axis=1) / np.float32(BEATS),
        ],
        axis=1,
    )


def _clusters(ordered: Rows) -> Rows:
    """[n, 3] lengths that a coarse clock leaves: few clusters, evenly apart, nothing between them."""
    gaps = ordered[:, 1:] - ordered[:, :-1]
    wide = gaps > _APART_MS
    count = wide.sum(axis=1).astype(np.float32)
    between = np.where(wide, gaps, np.float32(0.0)).sum(axis=1)
    least = np.where(wide, gaps, np.float32(LONGEST_MS)).min(axis=1)
    reach = ordered[:, -1] - ordered[:, 0] + np.float32(1.0)
    return np.stack(
        [np.log(count + 1), between / reach, np.where(count > 0, least * count / (between + 1), 0)], axis=1
    )


def _timing(ratio: Rows) -> Rows:
    """[n, 3] how far the time of a beat strays from the beats some before and after.

    A sensor that moves detections never strays from the pulse: over more beats its error stays the same.
    The heart's own irregularity adds up.
    """
    times = np.cumsum(ratio, axis=1)
    out = [
        np.abs(times[:, 2 * k :] - 2 * times[:, k:-k] + times[:, : -2 * k]).sum(axis=1) / (BEATS - 2 * k)
        for k in _SPANS
    ]
    return np.log(np.stack(out, axis=1) + np.float32(0.01))
