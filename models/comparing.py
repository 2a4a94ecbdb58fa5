"""Comparing: a minute beside the wearer's own usual, which it then teaches, and beside clinical scores."""

from __future__ import annotations

from models.clinical.known import known_usual
from models.clinical.news2 import news2
from models.minute import CALM
from models.online.baseline import Usual, widest
from models.online.progressive import Error, error
from models.online.trend import hrv_trend
from models.signals.recent import VITALS as LEARNED
from models.signals.windows import MINUTE
from models.view import View
from models.wearer import FLOORS, SLOW, Seen

SCORED = ("hr", "rr", "spo2", "temp", "sbp")
FORETOLD_EVERY = 5 * MINUTE
HOURLY = frozenset({"temp"})
"""Vitals whose usual goes with the hour within a context. It nearly halves the temperature's error (.160 to
.089 degrees in simulated lives); what the pulse's course leaves within rest and sleep is not worth it."""
EFFORT = ("active", "recovering")


def compare(seen: Seen, view: View, errors: list[Error]) -> None:
    """Set the minute beside the newest ones and beside the wearer's own usual, then learn it.

    How far usuals were off is added to `errors`, of every fifth minute and of nights.
    """
    deviations: dict[str, float] = {}
    measured = view.minute % FORETOLD_EVERY == 0
    for signal in LEARNED:
        value = view.values.get(signal)
        if value is None:
            continue
        before = seen.recent.newest(signal) if measured else None
        view.steady[signal] = seen.recent.put(signal, view.minute, value)
        usual = _beside_usual(seen, view, signal, value, deviations)
        if before is not None and usual is not None:
            errors.append(error(signal, value, usual, before[1]))
    if view.context in CALM:
        view.surprise = seen.joint.update(deviations)
    if view.context not in EFFORT and not view.values.keys().isdisjoint(SCORED):
        _score(seen, view)
    _over_days(seen, view, errors)


def _beside_usual(
    seen: Seen, view: View, signal: str, value: float, deviations: dict[str, float]
) -> Usual | None:
    """Compare and learn one vital; gives the usual that foretold it, if one was known."""
    if signal in SLOW:
        key = signal
    elif view.context in CALM:
        key = f"{signal}@{view.context}"
    else:
        _beside_widest(seen, view, signal)
        return None
    baseline = seen.baseline(key, signal)
    usual, known = baseline.usual(), baseline.known
    hour = seen.own.offset(signal, view.minute, seen.utc_offset) if signal in HOURLY else 0.0
    here = usual.at(hour)
    if known:
        view.usual[signal] = here
        view.scaled[signal] = (value - here.mean) / here.spread
        deviations[signal] = (value - here.recent) / here.wander
    elif seen.person.baselines:
        told = known_usual(seen.person, key, FLOORS[signal])
        if told is not None:
            view.usual[signal] = told
    baseline.learn(value - hour, usual)
    return here if known else None


def _beside_widest(seen: Seen, view: View, signal: str) -> None:
    """Where nobody knows the context, what is usual in any calm one is usual: that only widens."""
    if view.context != "unknown":
        return
    kept = (seen.baselines.get(f"{signal}@{context}") for context in sorted(CALM))
    usual = widest([baseline.usual() for baseline in kept if baseline is not None and baseline.known])
    if usual is not None:
        view.usual[signal] = usual


def _score(seen: Seen, view: View) -> None:
    """NEWS2 at rest only: the score is meant for a person at rest."""
    readings: dict[str, tuple[int, float]] = {}
    for signal in SCORED:
        newest = seen.recent.newest(signal)
        if newest is not None:
            readings[signal] = newest[0], view.steady.get(signal, newest[1])
    on_oxygen = seen.person.oxygen(view.minute)
    view.score = news2(readings, view.minute, scale=seen.oxygen_scale, on_oxygen=on_oxygen)


def _over_days(seen: Seen, view: View, errors: list[Error]) -> None:
    """Nights, usuals that move, and what days of readings add up to."""
    news = seen.own.minute(
        view.minute, view.context, view.values, seen.activity.still, seen.utc_offset, view.interval
    )
    if news is not None:
        view.moved, view.night = list(news.moved), news.night
        errors.extend(news.errors)
        if news.night is not None:
            view.trend = hrv_trend(seen.own.nights)
    view.clinical = seen.clinic.update(view, seen.person.admitted is None)
