"""Statistics of irregular rhythm over 60 intervals, after the literature on AF from RR intervals.

Fibrillation is irregular without order; ectopic beats, block and breathing are irregular with
order. Most columns measure one or the other: Dash et al. 2009 (RMSSD, turning points, Shannon
entropy after trimming), Lake & Moorman 2011 (coefficient of sample entropy), Sarkar et al. 2008
(Lorenz plot of changes), Eckmann-style recurrence for repeated patterns.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Columns = dict[str, Array]

_QUANTILES = (2, 5, 10, 20, 39, 49, 54, 57)
"""Ranks of 60 sorted values."""
_STEP_QUANTILES = (5, 14, 29, 44, 52, 56)
"""Ranks of 59 sorted absolute changes."""
_TOLERANCES = (0.015, 0.03, 0.06, 0.12)
"""Relative closeness of two intervals; 0.015 is one sample at 128 Hz and 70 beats a minute."""
_EDGE_BITS = -np.arange(61) / 60.0 * np.log(np.maximum(np.arange(61), 1) / 60.0)
"""-p log p for a count of 0 to 60 out of 60."""


def irregularity(ratio: Array, median: Array) -> NDArray[np.float32]:
    """[n, F] statistics of windows [n, 60] of intervals over their median, and the medians [n] in ms."""
    level = np.log(ratio)
    change = np.diff(level, axis=1)
    columns: Columns = {"log_rate": np.log(median / 800.0)}
    for part in (_spread(ratio), _changes(change), _lags(level, change), _sections(change)):
        columns |= part
    columns |= _entropies(level, change) | _recurrence(level) | _without_ectopy(ratio)
    return np.stack([columns[name] for name in FEATURE_NAMES], axis=1).astype(np.float32)


def _mean(values: Array | NDArray[np.bool_]) -> Array:
    return np.asarray(values.sum(axis=1, dtype=np.float64) / values.shape[1])


def _spread(ratio: Array) -> Columns:
    """Distribution of the intervals: deviation, quantiles, median deviation."""
    ordered = np.sort(ratio, axis=1)
    mean = _mean(ratio)
    out = {f"level_q{rank}": np.log(ordered[:, rank]) for rank in _QUANTILES}
    off = np.sort(np.abs(ratio - 1.0), axis=1)
    gaps = np.sort(np.diff(ordered[:, 4:-4], axis=1), axis=1)
    return out | {
        "cv": np.sqrt(_mean((ratio - mean[:, None]) ** 2)) / mean,
        "mad": np.log(off[:, 30] + 0.002),
        "gap_median": np.log(gaps[:, 25] + 0.0005),
        "gap_high": np.log(gaps[:, 46] + 0.001),
    }


def _changes(change: Array) -> Columns:
    """Beat-to-beat changes: RMSSD over mean, quantiles, share above limits (pNN), turning points."""
    size = np.abs(change)
    ordered = np.sort(size, axis=1)
    out = {f"step_q{rank}": np.log(ordered[:, rank] + 0.002) for rank in _STEP_QUANTILES}
    out |= {f"pnn{int(limit * 100)}": _mean(size > limit) for limit in (0.03, 0.06, 0.12, 0.25)}
    # A turn counts only when both sides leave the rounding of a slow sampling rate.
    turn = (change[:, 1:] * change[:, :-1] < 0) & (np.minimum(size[:, 1:], size[:, :-1]) > 0.02)
    calm = (size[:, 1:] < 0.08) & (size[:, :-1] < 0.08)
    return out | {
        "rmssd": np.log(np.sqrt(_mean(change**2)) + 0.002),
        "turns": _mean(turn),
        "calm": _mean(calm),
    }


def _lags(level: Array, change: Array) -> Columns:
    """Order in time: how far intervals resemble those some beats before (bigeminy, trigeminy, breathing)."""
    bounded = np.clip(level, -0.5, 0.5)
    centred = bounded - _mean(bounded)[:, None]
    power = _mean(centred**2) + 1e-5
    out = {f"corr{lag}": _mean(centred[:, lag:] * centred[:, :-lag]) / power for lag in (1, 2, 3, 4, 6)}
    sign = np.sign(change) * (np.abs(change) > 0.03)
    out |= {f"sign{lag}": _mean(sign[:, lag:] * sign[:, :-lag]) for lag in (1, 2, 3)}
    second = np.diff(change, axis=1)
    return out | {"bend": np.log(np.sqrt(_mean(second**2)) + 0.003)}


def _sections(change: Array) -> Columns:
    """Quietest and wildest quarter of the window: fibrillation seldom pauses."""
    quarters = np.sort(np.abs(change[:, :56]).reshape(-1, 4, 14), axis=2)[:, :, 7]
    ordered = np.sort(np.log(quarters + 0.002), axis=1)
    return {"quiet_quarter": ordered[:, 0], "second_quarter": ordered[:, 1], "wild_quarter": ordered[:, 3]}


def _histogram_entropy(values: Array, low: float, width: float, bins: int) -> Array:
    """Shannon entropy (nats) of each row over fixed bins; the outer ones are open."""
    index = np.clip(np.floor((values - low) / width), 0, bins - 1).astype(np.int64)
    counts = (index[:, :, None] == np.arange(bins)).sum(axis=1)
    return np.asarray(_EDGE_BITS[counts].sum(axis=1))


def _entropies(level: Array, change: Array) -> Columns:
    trimmed = np.sort(level, axis=1)[:, 6:-6]
    return {
        "entropy_level": _histogram_entropy(trimmed, -0.6, 0.05, 24),
        "entropy_change": _histogram_entropy(change, -0.6, 0.05, 24),
    }


def _recurrence(level: Array) -> Columns:
    """How often intervals, pairs and triples come back: ectopy repeats itself, fibrillation does not."""
    short = level.astype(np.float32)
    apart = np.abs(short[:, :, None] - short[:, None, :])
    pairs = np.maximum(apart[:, 1:, 1:], apart[:, :-1, :-1])
    out = {f"near{int(t * 1000)}": (_count(apart, t) - 60) / 3540 for t in _TOLERANCES}
    out |= {f"near_pair{int(t * 1000)}": (_count(pairs, t) - 59) / 3422 for t in _TOLERANCES[1:]}
    single = _count(apart[:, 1:, 1:], 0.03) - 59
    out["cosen"] = np.log((single + 2.0) / (_count(pairs, 0.03) - 59 + 2.0))
    out["mode_share"] = _near(apart, 0.05).max(axis=1) / 60.0
    return out | _prediction(short, pairs)


def _near(distances: NDArray[np.float32], tolerance: float) -> NDArray[np.int8]:
    """[n, k] how many of the k intervals (or pairs) lie within the tolerance of each."""
    # Counts stay below 128, and adding whole rows of bytes is ten times faster than adding flags.
    within = (distances < np.float32(tolerance)).view(np.int8)
    return np.asarray(within.sum(axis=1, dtype=np.int8))


def _count(distances: NDArray[np.float32], tolerance: float) -> Array:
    return np.asarray(_near(distances, tolerance).sum(axis=1), dtype=np.float64)


def _prediction(level: NDArray[np.float32], pairs: NDArray[np.float32]) -> Columns:
    """Error of foretelling a beat by what followed the most alike pair of intervals."""
    alike = pairs[:, :-1, :-1].copy()
    steps = np.arange(alike.shape[1])
    alike[:, steps, steps] = np.inf
    best = alike.argmin(axis=2)
    followed = level[:, 2:]
    error = np.abs(followed - np.take_along_axis(followed, best, axis=1)).astype(np.float64)
    closest = np.take_along_axis(alike, best[:, :, None], axis=2)[:, :, 0]
    nearest = np.sort(closest, axis=1).astype(np.float64)
    ordered = np.sort(error, axis=1)
    return {
        "foretold_half": np.log(ordered[:, 29] + 0.003),
        "foretold_most": np.log(ordered[:, 46] + 0.003),
        "foretold_mean": np.log(_mean(np.minimum(error, 0.5)) + 0.003),
        "pair_gap_half": np.log(nearest[:, 29] + 0.002),
        "pair_gap_most": np.log(nearest[:, 46] + 0.002),
    }


def _without_ectopy(ratio: Array) -> Columns:
    """What is left when early beats, their pauses and other outliers of the local rhythm are taken out."""
    padded = np.concatenate([ratio[:, 3:0:-1], ratio, ratio[:, -2:-5:-1]], axis=1)
    local = np.sort(np.lib.stride_tricks.sliding_window_view(padded, 7, axis=1), axis=2)[:, :, 3]
    off = ratio / local - 1.0
    kept = np.abs(off) < 0.12
    both = kept[:, 1:] & kept[:, :-1]
    change = np.where(both, np.diff(ratio / local, axis=1), 0.0)
    early, late = off < -0.12, off > 0.06
    paid = early[:, :-1] & late[:, 1:]
    whole = paid & (np.abs(off[:, 1:] + off[:, :-1]) < 0.12)
    base = np.where(kept, off, 0.0)
    return {
        "kept": _mean(kept),
        "kept_rmssd": np.log(np.sqrt((change**2).sum(axis=1) / (both.sum(axis=1) + 2.0)) + 0.003),
        "kept_sd": np.log(np.sqrt((base**2).sum(axis=1) / (kept.sum(axis=1) + 2.0)) + 0.003),
        "early": _mean(early),
        "paid": (paid.sum(axis=1) + 0.5) / (early[:, :-1].sum(axis=1) + 1.0),
        "whole": (whole.sum(axis=1) + 0.5) / (paid.sum(axis=1) + 1.0),
        "drift": np.log(np.sqrt(_mean(np.diff(local, axis=1) ** 2)) + 0.002),
    }


FEATURE_NAMES: tuple[str, ...] = (
    "log_rate", "cv", "mad", "gap_median", "gap_high", "rmssd", "turns", "calm", "bend",
    *(f"level_q{rank}" for rank in _QUANTILES),
    *(f"step_q{rank}" for rank in _STEP_QUANTILES),
    "pnn3", "pnn6", "pnn12", "pnn25",
    "corr1", "corr2", "corr3", "corr4", "corr6", "sign1", "sign2", "sign3",
    "quiet_quarter", "second_quarter", "wild_quarter", "entropy_level", "entropy_change",
    "near15", "near30", "near60", "near120", "near_pair30", "near_pair60", "near_pair120",
    "cosen", "mode_share",
    "foretold_half", "foretold_most", "foretold_mean", "pair_gap_half", "pair_gap_most",
    "kept", "kept_rmssd", "kept_sd", "early", "paid", "whole", "drift",
)  # fmt: skip
"""Columns of `irregularity`, in the order that the network was trained on."""
