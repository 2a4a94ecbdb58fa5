"""A system's curve: which share it finds at how many false alerts, over all settings of its thresholds.

How far from usual is far is one factor for what is judged by the minute and another for what is judged by
nights: alerts of an illness join no others, so that every pair of factors can be counted from runs in which
both were the same. Between two settings lies what a system gives that takes one of them for some wearers and
the other for the rest (the convex hull of a ROC curve; Provost and Fawcett 2001, Mach Learn 42:203).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.personal.figures import Point
from bench.personal.play import Outcome
from streams.gateways.simulator import Episode
from streams.gateways.simulator.matching import LASTING
from streams.gateways.simulator.score import Score, score
from streams.records import Alert

NIGHTLY = "illness"
JUDGED = LASTING.keys() - {NIGHTLY}
"""Conditions that are not told by thresholds of any kind: left out when shares found are made equal."""
URGENT = ("high", "medium")
ROUNDING = 1e-9

Numbers = NDArray[np.float64]


class Cost(NamedTuple):
    """False alerts per wearer and day."""

    false: float
    urgent: float


@dataclass(frozen=True, slots=True)
class Curve:
    """What a system found at what cost under pairs of settings; the first is that of the first scale."""

    recall: Numbers
    false: Numbers
    urgent: Numbers
    scales: tuple[tuple[float, float], ...]
    """Of each pair: by the minute, by nights."""

    @property
    def best(self) -> float:
        """The greatest share that any setting finds."""
        return float(self.recall.max())

    def at(self, recall: float) -> Cost:
        """The lowest cost at which this share is found, between settings too; `recall` is at most `best`."""
        enough = self.recall >= recall - ROUNDING
        dear, cheap = np.flatnonzero(enough), np.flatnonzero(~enough)
        found = [Cost(self.false[i], self.urgent[i]) for i in (dear[np.argmin(self.false[dear])],)]
        if cheap.size:
            gained = self.recall[dear, None] - self.recall[cheap]
            part = (recall - self.recall[cheap]) / gained
            mixed = self.false[cheap] + part * (self.false[dear, None] - self.false[cheap])
            i, j = np.unravel_index(np.argmin(mixed), mixed.shape)
            urgent = self.urgent[cheap[j]] + part[i, j] * (self.urgent[dear[i]] - self.urgent[cheap[j]])
            found.append(Cost(mixed[i, j], urgent))
        lowest = min(found)
        return Cost(float(lowest.false), float(lowest.urgent))

    def frontier(self) -> list[Point]:
        """The settings that no other one beats, nor a mixture of others; the most found last."""
        order = np.lexsort((self.false, -self.recall))
        kept: list[int] = []
        for i in map(int, order):
            cost = self.at(float(self.recall[i])).false
            best = not kept or self.false[i] < self.false[kept[-1]]
            if best and self.false[i] <= cost + ROUNDING:
                kept.append(i)
        return [self._point(i) for i in reversed(kept)]

    def _point(self, i: int) -> Point:
        recall, false, urgent = (round(float(of[i]), 6) for of in (self.recall, self.false, self.urgent))
        return Point(self.scales[i][0], recall, urgent, false, self.scales[i][1])


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of a system by wearer (last axis) and setting (first axis)."""

    scales: tuple[float, ...]
    planted: Numbers
    days: Numbers
    found: Numbers
    """[settings, 2, wearers]: by the minute, by nights; `false` too."""
    false: Numbers
    urgent: Numbers
    """[settings, wearers]; an illness is never urgent."""

    @classmethod
    def of(cls, scales: Sequence[float], outcomes: Sequence[Outcome]) -> Tally:
        """Count what came out of all groups, each decided in a sweep over these scales."""
        scores = [own for outcome in outcomes for own in _by_wearer(outcome)]
        shipped = [own[0] for own in scores]
        planted = [sum(n for c, n in one.planted_by_condition.items() if c not in JUDGED) for one in shipped]
        days = [one.wearer_days for one in shipped]
        counts = np.array([[_counts(one) for one in own] for own in scores], dtype=float)
        found, false, urgent = (counts[..., part].swapaxes(0, -1) for part in (slice(2), slice(2, 4), 4))
        return cls(
            tuple(scales), np.array(planted, float), np.array(days, float),
            found.swapaxes(0, 1), false.swapaxes(0, 1), urgent,
        )  # fmt: skip

    def curve(self, weights: Numbers | None = None) -> Curve:
        """Add up all wearers, each as often as `weights` says."""
        each = np.ones_like(self.planted) if weights is None else weights
        days, planted = self.days @ each, max(float(self.planted @ each), 1.0)
        found, false = (_pairs(of @ each) for of in (self.found, self.false))
        urgent = np.repeat(self.urgent @ each, len(self.scales))
        pairs = tuple((by_minute, by_night) for by_minute in self.scales for by_night in self.scales)
        return Curve(found / planted, false / days, urgent / days, pairs)


def _pairs(of: Numbers) -> Numbers:
    """Sums of all pairs of settings, [settings, 2] to [settings squared]."""
    return np.add.outer(of[:, 0], of[:, 1]).ravel()


def _counts(one: Score) -> list[int]:
    """Found by the minute and by nights, false by the minute and by nights, false and urgent."""
    found, false = one.found_by_condition, one.false_by_condition
    known = sum(n for c, n in found.items() if c not in JUDGED and c != NIGHTLY)
    by_night = false.get(NIGHTLY, 0)
    urgent = sum(one.false_by_priority.get(p, 0) for p in URGENT)
    return [known, found.get(NIGHTLY, 0), one.false_alerts - by_night, by_night, urgent]


def _by_wearer(outcome: Outcome) -> Iterator[list[Score]]:
    """Score each wearer of a group under each setting."""
    truth = defaultdict[str, list[Episode]](list)
    for episode in outcome.truth:
        truth[episode.wearer].append(episode)
    told = [defaultdict[str, list[Alert]](list) for _ in outcome.sweep]
    for alerts, taken in zip(told, outcome.sweep, strict=True):
        for alert in taken.alerts:
            alerts[alert.wearer].append(alert)
    for name in outcome.names:
        yield [score(truth[name], alerts[name], 1, outcome.start, outcome.end) for alerts in told]
