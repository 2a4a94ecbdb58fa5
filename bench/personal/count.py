"""From alerts and truth to figures."""

from __future__ import annotations

import math
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from bench.personal.figures import (
    ByCondition,
    DriftFigures,
    IllnessFigures,
    SystemFigures,
    TreatmentFigures,
)
from bench.personal.play import DAY_MS, Outcome
from models.online.illness import VITALS
from streams.gateways.simulator import Episode
from streams.gateways.simulator.longer import ILLNESS_RISE
from streams.gateways.simulator.matching import (
    AFTERMATH_MS,
    LASTING,
    Life,
    delay,
    finds,
    lives_of,
)
from streams.gateways.simulator.score import Score, score
from streams.records import Priority

PRIORITIES: tuple[Priority, ...] = ("high", "medium", "low", "info")
URGENT = ("high", "medium")
SOON_MS = 2 * DAY_MS


def scored(outcome: Outcome) -> Score:
    """Match one group's alerts to its episodes."""
    wearers = outcome.task.group.wearers
    return score(outcome.truth, outcome.taken.alerts, wearers, outcome.start, outcome.end)


def system(outcomes: Sequence[Outcome]) -> SystemFigures:
    """Sum up a system's groups."""
    scores = [scored(outcome) for outcome in outcomes]
    days = sum(s.wearer_days for s in scores)
    alerts, false = (
        _total(getattr(s, name) for s in scores) for name in ("alerts_by_priority", "false_by_priority")
    )
    conditions = _conditions(scores)
    short = [found for condition, found in conditions.items() if condition not in LASTING]
    return SystemFigures(
        alerts={p: round(alerts[p] / days, 4) for p in PRIORITIES},
        false={p: round(false[p] / days, 4) for p in PRIORITIES if p != "info"},
        false_urgent=round(sum(false[p] for p in URGENT) / days, 4),
        false_all=round(false.total() / days, 4),
        other_condition=round(sum(s.other_condition for s in scores) / days, 4),
        planted=sum(found.planted for found in short),
        found=sum(found.found for found in short),
        conditions=conditions,
        false_conditions=dict(_total(s.false_by_condition for s in scores).most_common()),
        revisions=sum(len(o.taken.alerts) for o in outcomes),
        risks=sum(o.taken.risks for o in outcomes),
        packets=dict(_total(o.taken.outcomes for o in outcomes)),
    )


def _total(counts: Iterable[object]) -> Counter[str]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)  # type: ignore[call-overload]
    return total


def _conditions(scores: Sequence[Score]) -> dict[str, ByCondition]:
    planted, found = (
        _total(getattr(s, name) for s in scores) for name in ("planted_by_condition", "found_by_condition")
    )
    delays = {c: [ms / 60_000 for s in scores for ms in s.delays_ms.get(c, ())] for c in planted}
    return {
        c: ByCondition(planted[c], found[c], _quantile(delays[c], 0.5), _quantile(delays[c], 0.9))
        for c in sorted(planted)
    }


def _quantile(values: Sequence[float], share: float) -> float | None:
    if len(values) < 2:
        return round(values[0], 1) if values else None
    return round(statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1], 1)


# What lasts for days ---------------------------------------------------------------------------


def illness(outcomes: Sequence[Outcome]) -> IllnessFigures:
    """Find illnesses, and illness alerts of people who are not ill."""
    delays: list[float] = []
    outside, free = Counter[str](), Counter[str]()
    for outcome in outcomes:
        lives = by_wearer(outcome)
        truth = lines_of(outcome.truth)
        for episode in (e for e in outcome.truth if e.condition == "illness"):
            after = [delay(episode, x) for x in lives[episode.wearer] if finds(episode, x)]
            delays.append(min(after, default=math.inf))
        for name in outcome.names:
            alerted = _alert_days(lives[name], outcome)
            for counts, explains in ((outside, _is_illness), (free, _moves_nights)):
                days = _days_without(filter(explains, truth[name]), outcome)
                counts.update(days=len(days), alerted=len(days & alerted))
    found, soon, at_height = (
        sum(ms <= most for ms in delays) for most in (sys.maxsize, SOON_MS, ILLNESS_RISE + SOON_MS)
    )
    return IllnessFigures(
        planted=len(delays),
        found=found,
        within_48_h=soon,
        within_48_h_of_height=at_height,
        hours_to_80_percent=_most_of(delays),
        days_outside=outside["days"],
        alert_days_outside=outside["alerted"],
        days_free=free["days"],
        alert_days_free=free["alerted"],
    )


def _is_illness(episode: Episode) -> bool:
    return episode.condition == "illness"


def _moves_nights(episode: Episode) -> bool:
    """Whether it moves what nights are judged by, in the body or in what the sensor tells."""
    names = {name.removeprefix("sensor.").removesuffix("_to") for name in episode.detail}
    return not VITALS.keys().isdisjoint(names)


def _most_of(delays: list[float]) -> float | None:
    """Give the hours within which four of five lie."""
    latest = sorted(delays)[: math.ceil(0.8 * len(delays))]
    return round(latest[-1] / 3_600_000, 1) if latest and latest[-1] < math.inf else None


def _days_without(lines: Iterable[Episode], outcome: Outcome) -> set[int]:
    """Give the days on which none of these episodes is, nor the time after it in which nights tell of it."""
    days = set(range((outcome.end - outcome.start) // DAY_MS))
    for episode in lines:
        days -= _days(episode.start, episode.end + AFTERMATH_MS, outcome)
    return days


def _alert_days(lives: Iterable[Life], outcome: Outcome) -> set[int]:
    days: set[int] = set()
    for life in lives:
        if "illness" in life.told:
            days |= _days(life.told["illness"][0], life.ended or outcome.end, outcome)
    return days


def _days(start: int, end: int, outcome: Outcome) -> set[int]:
    return set(range((start - outcome.start) // DAY_MS, (end - outcome.start) // DAY_MS + 1))


def drift(outcomes: Sequence[Outcome]) -> DriftFigures:
    """Tell how shifts of sensors were taken."""
    hits, all_of = Counter[str](), Counter[str]()
    mistaken = unfounded = 0
    for outcome in outcomes:
        lives = by_wearer(outcome)
        shifted = [e for e in outcome.truth if e.condition == "sensor_drift"]
        unfounded += sum(
            "sensor_drift" in x.told and not any(finds(e, x) for e in shifted if e.wearer == name)
            for name, own in lives.items()
            for x in own
        )
        for episode in shifted:
            own = lives[episode.wearer]
            signal = next(iter(episode.detail)).partition(".")[2]
            all_of[signal] += 1
            hits[signal] += any(finds(episode, x) for x in own)
            mistaken += any(
                episode.start <= at <= episode.end for x in own for at in x.told.get("illness", ())[:1]
            )
    by_signal = {s: (hits[s], all_of[s]) for s in sorted(all_of)}
    return DriftFigures(all_of.total(), hits.total(), mistaken, unfounded, by_signal)


def treatment(outcomes: Sequence[Outcome]) -> TreatmentFigures:
    """Compare what was said of treatments with their true effects."""
    begun = answered = changed = inside = intervals = 0
    for outcome in outcomes:
        for one in (t for t in outcome.treatments if not t.adverse):
            begun += 1
            for signal, effect in one.effects.items():
                said = outcome.taken.responses.get((one.wearer, one.code, signal))
                if said is None or said.verdict == "too_early":
                    continue
                answered += 1
                changed += said.verdict == "changed"
                if said.low is not None and said.high is not None:
                    intervals += 1
                    inside += said.low <= effect <= said.high
    return TreatmentFigures(begun, answered, changed, inside, intervals)


def by_wearer(outcome: Outcome) -> defaultdict[str, list[Life]]:
    """Give the lives of a group's alerts."""
    lives: defaultdict[str, list[Life]] = defaultdict(list)
    for life in lives_of(outcome.taken.alerts):
        lives[life.alert.wearer].append(life)
    return lives


def lines_of(truth: Iterable[Episode]) -> defaultdict[str, list[Episode]]:
    """Give the truth by wearer."""
    lines: defaultdict[str, list[Episode]] = defaultdict(list)
    for episode in truth:
        lines[episode.wearer].append(episode)
    return lines
