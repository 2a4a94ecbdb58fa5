"""Figures by group of people, and how far the groups lie apart (fairlearn's MetricFrame).

Needs the `evaluate` extra; a missing fairlearn surfaces as ModuleNotFoundError when groups are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.training.metrics import Figures, Labels, Scores, interval
from models.training.report import known

FEW = 20
"""A group with fewer people of either outcome is flagged: its figures say little."""
ROUNDS = 200
"""Draws of a group's people for an interval."""
_LOW_IS_GOOD = ("ece", "brier")
Judge = Callable[[Scores, Labels], Figures]
Names = NDArray[np.str_]


def by_group(kinds: Mapping[str, Names], scores: Scores, labels: Labels, judge: Judge) -> dict[str, Any]:
    """Counts, figures with 95 % intervals, and gaps for each way of grouping, e.g. by `sex`.

    `kinds` names the group [n] of each person, "" where unknown (left out). A gap is the largest difference
    between two groups; `apart` says that the intervals of those two don't overlap, `large_gap` is the gap
    among groups that are not small. Plain data; a figure that does not exist is None.
    """
    found = {}
    for kind, names in kinds.items():
        there = names != ""
        if len(np.unique(names[there])) > 1:
            found[kind] = _grouped(names[there], scores[there], labels[there], judge)
    return found


def bands(values: NDArray[np.floating], edges: Mapping[str, tuple[float, float]]) -> Names:
    """Which band (from, up to but not including) each value lies in, "" for none or NaN."""
    names = np.full(len(values), "", dtype=f"U{max(map(len, edges))}")
    for name, (low, high) in edges.items():
        names[(values >= low) & (values < high)] = name
    return names


def _grouped(names: Names, scores: Scores, labels: Labels, judge: Judge) -> dict[str, Any]:
    found = {}
    figures, gaps = _frame(names, scores, labels, judge)
    for name in figures:
        own = names == name
        counts = {"people": int(own.sum()), "positive": int(labels[own].sum())}
        small = min(counts["positive"], counts["people"] - counts["positive"]) < FEW
        ranges = _intervals(scores[own], labels[own], judge)
        found[name] = {**counts, "small": small, **figures[name], "intervals_95": ranges}
    large = np.isin(names, [name for name, group in found.items() if not group["small"]])
    among = _frame(names[large], scores[large], labels[large], judge)[1] if large.any() else {}
    return {
        "groups": found,
        "gaps": {name: _gap(name, gap, found) | {"large_gap": among.get(name)} for name, gap in gaps.items()},
    }


def _frame(
    names: Names, scores: Scores, labels: Labels, judge: Judge
) -> tuple[dict[str, dict[str, float | None]], dict[str, float | None]]:
    """Figures of each group and the largest difference of each figure."""
    from fairlearn.metrics import MetricFrame

    def metric(name: str) -> Callable[[Labels, Scores], float]:
        return lambda truth, said: judge(np.asarray(said), np.asarray(truth))[name]

    metrics = {name: metric(name) for name in judge(scores, labels)}
    frame = MetricFrame(metrics=metrics, y_true=labels, y_pred=scores, sensitive_features=names)
    several = len(frame.by_group) > 1
    gaps = frame.difference().to_dict() if several else {}
    groups = frame.by_group.to_dict(orient="index")
    return (
        {str(group): {name: known(v) for name, v in found.items()} for group, found in groups.items()},
        {name: known(value) for name, value in gaps.items()},
    )


def _intervals(scores: Scores, labels: Labels, judge: Judge) -> dict[str, list[float | None]]:
    rng, drawn = np.random.default_rng(0), []
    for _ in range(ROUNDS):
        chosen = rng.integers(0, len(scores), len(scores))
        drawn.append(judge(scores[chosen], labels[chosen]))
    found = judge(scores, labels)
    ranges = {name: interval(name, found[name], [one[name] for one in drawn]) for name in found}
    return {name: [known(low), known(high)] for name, (low, high) in ranges.items()}


def _gap(figure: str, gap: float | None, groups: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    ranked = sorted((group[figure], name) for name, group in groups.items() if group[figure] is not None)
    if len(ranked) < 2:
        return {"gap": None, "worst": None, "best": None, "apart": False}
    low, high = ranked[0][1], ranked[-1][1]
    above, below = groups[high]["intervals_95"][figure][0], groups[low]["intervals_95"][figure][1]
    worst, best = (high, low) if figure.startswith(_LOW_IS_GOOD) else (low, high)
    apart = above is not None and below is not None and above > below
    return {"gap": gap, "worst": worst, "best": best, "apart": apart}
