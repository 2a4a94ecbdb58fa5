"""What the answers of many wearers teach: River's logistic regression over the words of an alert.

One classifier; a cohort (age band and sex) has weights of its own beside those that all share, so that a
cohort with few answers leans on the others. Its parameters are kept as whole numbers of a fine grid: sums
of such numbers are exact in any order, so a restored classifier goes on bit-equally.
"""

from __future__ import annotations

import math
from typing import Final

import msgspec
from river import linear_model, optim
from river.utils.vectordict import VectorDict

from models.usefulness.adaptation import Learning
from models.usefulness.durations import Durations
from models.usefulness.situation import Situation

GRID: Final = 2.0**20
"""Weights are whole multiples of 1/GRID."""


class Lesson(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One answer as the cohorts learn it: no wearer, no alert."""

    offset: int
    """Of the answer's record in the partition: it counts for every record behind it."""
    situation: int
    useful: bool
    weight: float = 1.0
    """Below 0: an answer that was changed is taken back."""
    lasted: int | None = None
    """Minutes that the evidence of an answered alert lasted; None = this is the answer itself."""


class CohortData(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """All that the cohorts have learnt, as numbers."""

    weights: dict[str, int] = {}
    """By feature, in steps of 1/GRID."""
    intercept: int = 0
    answers: dict[str, int] = {}
    """Answers that stand, by condition and side."""
    measured: dict[str, tuple[int, int]] = {}
    """By cohort: answers, and the sum of squared errors in steps of 1/GRID, each before it was learnt."""
    durations: dict[str, list[int]] = {}


class Cohorts:
    """The classifier of one partition."""

    def __init__(self, learning: Learning, data: CohortData | None = None) -> None:
        data = data or CohortData()
        self._bound, self._start = learning.weight_bound, _logit(learning.start)
        self._model = linear_model.LogisticRegression(
            optimizer=optim.SGD(learning.rate), l2=learning.fading / learning.rate, intercept_lr=learning.rate
        )
        self._model._weights = VectorDict({name: steps / GRID for name, steps in data.weights.items()})
        self._model.intercept = data.intercept / GRID
        self._answers, self._measured = dict(data.answers), dict(data.measured)
        self.durations = Durations(data.durations)

    def snapshot(self) -> CohortData:
        """The state as numbers."""
        weights = {name: round(weight * GRID) for name, weight in self._model.weights.items()}
        return CohortData(
            {name: weights[name] for name in sorted(weights) if weights[name]},
            round(self._model.intercept * GRID),
            {course: self._answers[course] for course in sorted(self._answers)},
            {cohort: self._measured[cohort] for cohort in sorted(self._measured)},
            self.durations.snapshot(),
        )

    def probability(self, situation: Situation) -> float:
        """How probable it is that people call an alert in this situation useful."""
        return _share(self._start + self._model._raw_dot_one(situation.features()))

    def answers(self, course: str) -> int:
        """How many answers stand on a condition and side."""
        return self._answers.get(course, 0)

    def learn(self, lesson: Lesson) -> None:
        """Take one answer in, or back; what it would have been thought is measured first."""
        situation = Situation.unpack(lesson.situation)
        if lesson.lasted is not None:
            step = 1 if lesson.weight > 0 else -1
            self.durations.count(situation.course, lesson.useful, lesson.lasted, step)
            return
        if lesson.weight > 0:
            self._measure(situation, lesson.useful)
        x = situation.features()
        # The classifier learns what is left to explain beside where it started.
        self._model.intercept += self._start
        self._model.learn_one(x, lesson.useful, w=lesson.weight)
        self._model.intercept = self._bounded(self._model.intercept - self._start)
        weights = self._model._weights
        for name in x:
            weights[name] = self._bounded(weights[name])
        step = 1 if lesson.weight > 0 else -1
        self._answers[situation.course] = max(self._answers.get(situation.course, 0) + step, 0)

    def _measure(self, situation: Situation, useful: bool) -> None:
        """Progressive validation: the error of the answer that nobody had seen yet."""
        answers, squared = self._measured.get(situation.cohort, (0, 0))
        error = (self.probability(situation) - useful) ** 2
        self._measured[situation.cohort] = answers + 1, squared + round(error * GRID)

    def errors(self) -> dict[str, tuple[int, float]]:
        """By cohort: how many answers were foretold, and the mean squared error (Brier score) of that."""
        return {
            cohort: (answers, squared / answers / GRID)
            for cohort, (answers, squared) in sorted(self._measured.items())
        }

    def _bounded(self, weight: float) -> float:
        return round(min(max(weight, -self._bound), self._bound) * GRID) / GRID


def _share(logit: float) -> float:
    return 1.0 / (1.0 + math.exp(-logit))


def _logit(share: float) -> float:
    return math.log(share / (1.0 - share))
