"""What several partitions learnt from answers, as one: for partitions that exchange their wearers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from models.usefulness.cohorts import CohortData


def pooled(parts: Sequence[CohortData]) -> CohortData:
    """All that these learnt.

    Weights are averaged, each part's by the answers that it had learnt from (parameter mixing: Zinkevich et
    al., "Parallelized Stochastic Gradient Descent", NIPS 2010); what was counted is added.
    """
    shares = [sum(count for count, _ in part.measured.values()) for part in parts]
    whole = sum(shares) or 1
    names = sorted({name for part in parts for name in part.weights})
    return CohortData(
        {name: _mean([part.weights.get(name, 0) for part in parts], shares, whole) for name in names},
        _mean([part.intercept for part in parts], shares, whole),
        {
            course: sum(part.answers.get(course, 0) for part in parts)
            for course in sorted({course for part in parts for course in part.answers})
        },
        {
            cohort: _both([part.measured.get(cohort, (0, 0)) for part in parts])
            for cohort in sorted({cohort for part in parts for cohort in part.measured})
        },
        {
            course: [sum(counts) for counts in zip_longest(*_lists(parts, course), fillvalue=0)]
            for course in sorted({course for part in parts for course in part.durations})
        },
    )


def _mean(steps: Sequence[int], shares: Sequence[int], whole: int) -> int:
    return round(sum(step * share for step, share in zip(steps, shares, strict=True)) / whole)


def _both(measured: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return sum(count for count, _ in measured), sum(squared for _, squared in measured)


def _lists(parts: Sequence[CohortData], course: str) -> list[list[int]]:
    return [part.durations.get(course, []) for part in parts]
