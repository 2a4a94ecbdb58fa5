"""Two systems side by side: with and without answers, with and without own normal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from bench.personal.count import by_wearer, scored
from bench.personal.curves import Cost, Curve, Tally
from bench.personal.figures import FeedbackFigures, PopulationFigures, Share
from bench.personal.play import DAY_MS, Outcome
from streams.gateways.simulator import Episode
from streams.gateways.simulator.matching import finds

WEEK_MS = 7 * DAY_MS
DRAWS = 500
INTERVAL = (0.025, 0.975)
SHARES = (0.8, 0.85, 0.9, 0.925, 0.95, 0.975)
"""Shares found at which both systems are set beside each other, besides the one that counts."""


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


def population(own: Tally, others: Tally) -> PopulationFigures:
    """Compare false alerts at the same share found: that of own normal as it ships, its first setting.

    Where no setting of the population's thresholds finds as much, it is the most that they find, and own
    normal is made stricter until it finds no more than that. The interval is that of the ratio when wearers
    are drawn anew.
    """
    ours, theirs = own.curve(), others.curve()
    recall, mine, other = _at_equal(ours, theirs)
    ratios = [ratio for ratio in _drawn(own, others) if math.isfinite(ratio)]
    low, high = np.quantile(ratios, INTERVAL).round(2).tolist() if ratios else (None, None)
    return PopulationFigures(
        wearers=own.days.size,
        recall=round(recall, 4),
        own_all=round(mine.false, 6),
        own_urgent=round(mine.urgent, 6),
        population_all=round(other.false, 6),
        population_urgent=round(other.urgent, 6),
        points=theirs.frontier(),
        own_points=ours.frontier(),
        shares=[_share(ours, theirs, share) for share in (*(s for s in SHARES if s < recall), recall)],
        own_recall=round(float(ours.recall[0]), 4),
        ratio_low=low,
        ratio_high=high,
    )


def _share(ours: Curve, theirs: Curve, share: float) -> Share:
    own, other = ours.at(share).false, theirs.at(share).false
    return Share(round(share, 6), round(own, 6), round(other, 6))


def _at_equal(ours: Curve, theirs: Curve) -> tuple[float, Cost, Cost]:
    shipped = float(ours.recall[0])
    if theirs.best >= shipped:
        return shipped, Cost(float(ours.false[0]), float(ours.urgent[0])), theirs.at(shipped)
    return theirs.best, ours.at(theirs.best), theirs.at(theirs.best)


def _drawn(own: Tally, others: Tally) -> Iterator[float]:
    """The ratio for wearers drawn with repetition, the same ones for both."""
    wearers = own.days.size
    draws = np.random.default_rng(0).multinomial(wearers, np.full(wearers, 1 / wearers), DRAWS)
    for weights in draws.astype(float):
        _, mine, other = _at_equal(own.curve(weights), others.curve(weights))
        yield other.false / mine.false if mine.false else math.inf
