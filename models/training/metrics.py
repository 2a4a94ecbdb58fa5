"""Figures by which a classifier is judged, and their intervals by bootstrap over people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Labels = NDArray[np.bool_]
Figures = dict[str, float]
Columns = tuple[NDArray[Any], ...]
"""What is known of one person's windows, one row a window, e.g. scores and labels."""


def auroc(scores: Scores, labels: Labels) -> float:
    """Area under the ROC curve by ranks, ties counted half; nan when only one class is there."""
    positives = int(labels.sum())
    negatives = labels.size - positives
    if not positives or not negatives:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2.0
    ranks = float(middle[inverse][labels].sum())
    return (ranks - positives * (positives + 1) / 2.0) / (positives * negatives)


def expected_calibration_error(scores: Scores, labels: Labels, bins: int = 15) -> float:
    """Mean distance of stated probability and frequency over equal-width bins (Guo et al. 2017)."""
    if not scores.size:
        return float("nan")
    index = np.minimum((scores * bins).astype(int), bins - 1)
    stated = np.bincount(index, weights=scores, minlength=bins)
    seen = np.bincount(index, weights=labels.astype(np.float64), minlength=bins)
    return float(np.abs(stated - seen).sum() / scores.size)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def figures(scores: Scores, labels: Labels, threshold: float) -> Figures:
    """`se, sp, ppv, f1` at the threshold (score ≥ threshold is positive), `auroc`, `ece`."""
    said = scores >= threshold
    hits, misses = int((said & labels).sum()), int((~said & labels).sum())
    false, rest = int((said & ~labels).sum()), int((~said & ~labels).sum())
    return {
        "se": _share(hits, hits + misses),
        "sp": _share(rest, rest + false),
        "ppv": _share(hits, hits + false),
        "f1": _share(2 * hits, 2 * hits + false + misses),
        "auroc": auroc(scores, labels),
        "ece": expected_calibration_error(scores, labels),
    }


def brier(scores: Scores, labels: Labels) -> float:
    """Mean squared distance of probability and outcome (Brier 1950)."""
    return float(np.mean((scores - labels) ** 2)) if scores.size else float("nan")


def _ranked(scores: Scores, labels: Labels) -> tuple[Scores, Scores]:
    """Recall and precision at each distinct score, falling."""
    order = np.argsort(-scores, kind="stable")
    hits, said = np.cumsum(labels[order]), np.arange(1, scores.size + 1)
    last = np.append(np.diff(scores[order]) != 0, True)
    return hits[last] / max(1, labels.sum()), hits[last] / said[last]


def auprc(scores: Scores, labels: Labels) -> float:
    """Area under precision over recall as average precision; nan when only one class is there."""
    if labels.all() or not labels.any():
        return float("nan")
    recall, precision = _ranked(scores, labels)
    return float((np.diff(recall, prepend=0.0) * precision).sum())


def min_se_ppv(scores: Scores, labels: Labels) -> float:
    """The best min(Se, PPV) over all thresholds: event 1 of the CinC 2012 challenge (Silva 2012)."""
    if labels.all() or not labels.any():
        return float("nan")
    recall, precision = _ranked(scores, labels)
    return float(np.minimum(recall, precision).max())


def bootstrap(
    people: Sequence[Columns],
    judge: Callable[..., Figures],
    rounds: int = 500,
    seed: int = 0,
) -> Mapping[str, tuple[float, float]]:
    """95 % interval of each figure when people, not windows, are drawn again with replacement."""
    rng = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {}
    for _ in range(rounds):
        chosen = [people[i] for i in rng.integers(0, len(people), len(people))]
        for name, value in _judged(chosen, judge).items():
            drawn.setdefault(name, []).append(value)
    found = _judged(people, judge)
    return {name: interval(name, found[name], values) for name, values in drawn.items()}


def _judged(people: Sequence[Columns], judge: Callable[..., Figures]) -> Figures:
    return judge(*(np.concatenate(column) for column in zip(*people, strict=True)))


def interval(name: str, found: float, drawn: Sequence[float]) -> tuple[float, float]:
    """Middle 95 % of what was drawn again for a figure; (nan, nan) where it existed in no draw.

    A distance such as the calibration error only grows by chance: people drawn twice make the bins noisier,
    so that all draws may lie above the figure itself. There the draws' bias, their median less the figure,
    is taken off (not below 0). Reflected draws (the basic interval) would not do: 2 x - high to 2 x - low
    holds the figure x just when low to high does, and where it does not, flatters.
    """
    known = [value for value in drawn if value == value]
    if not known:
        return float("nan"), float("nan")
    low, middle, high = (float(edge) for edge in np.quantile(known, (0.025, 0.5, 0.975)))
    if name.startswith("ece"):
        low, high = max(0.0, low - (middle - found)), high - (middle - found)
    return low, high
