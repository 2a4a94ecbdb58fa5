"""Two systems side by side: with and without answers, with and without own normal."""

from __future__ import annotations

from collections.abc import Sequence

from bench.personal.count import URGENT, by_wearer, scored
from bench.personal.figures import FeedbackFigures, Point, PopulationFigures
from bench.personal.play import DAY_MS, Outcome
from bench.personal.scoring import Taken
from streams.gateways.simulator import Episode
from streams.gateways.simulator.matching import LASTING, finds
from streams.gateways.simulator.score import Score, score

WEEK_MS = 7 * DAY_MS
JUDGED = LASTING.keys() - {"illness"}
"""Conditions that are not told by thresholds of any kind: left out when shares found are made equal."""


def feedback(without: Sequence[Outcome], with_: Sequence[Outcome]) -> FeedbackFigures:
    """Compare the second week of both runs; groups in the same order."""
    pairs = [(_late(a), _late(b)) for a, b in zip(without, with_, strict=True)]
    high = [(a.high, b.found) for a, b in pairs]
    return FeedbackFigures(
        answers=sum(o.taken.answers for o in with_),
        false_without=sum(a.false for a, _ in pairs),
        false_with=sum(b.false for _, b in pairs),
        found_without=sum(len(a.found) for a, _ in pairs),
        found_with=sum(len(b.found) for _, b in pairs),
        planted=sum(a.planted for a, _ in pairs),
        high_without=sum(len(found) for found, _ in high),
        high_lost=sum(len(found - kept) for found, kept in high),
    )


class _Late:
    """The second week of a run: false alerts, and which episodes were found, by `high` alerts too."""

    def __init__(self, outcome: Outcome) -> None:
        split = outcome.start + WEEK_MS
        lives = by_wearer(outcome)
        planted = [e for e in outcome.truth if e.primary and e.start >= split and e.end <= outcome.end]
        self.false = sum(alert.updated >= split for alert in scored(outcome).false)
        self.planted = len(planted)
        hits = [(e, [x for x in lives[e.wearer] if finds(e, x)]) for e in planted]
        self.found = {_key(e) for e, own in hits if own}
        self.high = {_key(e) for e, own in hits if any(x.loudest == "high" for x in own)}


def _late(outcome: Outcome) -> _Late:
    return _Late(outcome)


def _key(episode: Episode) -> tuple[str, str, int]:
    return episode.wearer, episode.condition, episode.start


# With and without own normal -------------------------------------------------------------------


def out_of_reach(own: Sequence[Outcome], population: Sequence[Outcome]) -> bool:
    """Whether no setting of the population's thresholds finds as much as own normal does."""
    best = max(_point(0.0, population, which).recall for which in range(len(population[0].sweep)))
    return best < _point(1.0, own, 0).recall


def population(
    own: Sequence[Outcome],
    stricter: Sequence[Outcome],
    others: Sequence[Outcome],
    scales: Sequence[float],
) -> PopulationFigures:
    """Compare false alerts where both find the same share, or the best share that both can find.

    Of the population's thresholds the setting with the fewest false alerts counts among those that find
    as much as own normal as it ships; where there is none, own normal is made stricter until it finds no
    more than the population's best.
    """
    points = [_point(scale, others, which) for which, scale in enumerate(scales)]
    ours = [_point(1.0, own, 0), *(_point(0.0, stricter, which) for which in _settings(stricter))]
    common = min(ours[0].recall, max(point.recall for point in points))
    mine, theirs = (_cheapest(of, common) for of in (ours, points))
    return PopulationFigures(
        wearers=sum(outcome.task.group.wearers for outcome in own),
        recall=round(common, 4),
        own_all=mine.false_all,
        own_urgent=mine.false_urgent,
        population_all=theirs.false_all,
        population_urgent=theirs.false_urgent,
        points=points,
    )


def _settings(outcomes: Sequence[Outcome]) -> range:
    return range(len(outcomes[0].sweep)) if outcomes else range(0)


def _cheapest(points: Sequence[Point], recall: float) -> Point:
    return min((p for p in points if p.recall >= recall), key=lambda p: p.false_all)


def _point(scale: float, outcomes: Sequence[Outcome], which: int) -> Point:
    """Give what one policy found and told in all groups."""
    planted = found = false = urgent = 0
    days = 0.0
    for outcome in outcomes:
        one = _score(outcome, outcome.sweep[which])
        days += one.wearer_days
        planted += sum(n for c, n in one.planted_by_condition.items() if c not in JUDGED)
        found += sum(n for c, n in one.found_by_condition.items() if c not in JUDGED)
        false += one.false_alerts
        urgent += sum(one.false_by_priority.get(p, 0) for p in URGENT)
    recall = found / planted if planted else 0.0
    return Point(scale, recall, round(urgent / days, 6), round(false / days, 6))


def _score(outcome: Outcome, taken: Taken) -> Score:
    wearers = outcome.task.group.wearers
    return score(outcome.truth, taken.alerts, wearers, outcome.start, outcome.end)
