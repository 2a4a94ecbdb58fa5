"""Comparing: a minute beside the wearer's own usual, which it then teaches, and beside clinical scores."""

from __future__ import annotations

from models.clinical.known import known_usual
from models.clinical.news2 import news2
from models.minute import CALM
from models.signals.recent import VITALS as LEARNED
from models.view import View
from models.wearer import FLOORS, SLOW, Seen

SCORED = ("hr", "rr", "spo2", "temp", "sbp")
EFFORT = ("active", "recovering")


def compare(seen: Seen, view: View) -> None:
    """Set the minute beside the newest ones and beside the wearer's own usual, then learn it."""
    deviations: dict[str, float] = {}
    for signal in LEARNED:
        value = view.values.get(signal)
        if value is not None:
            view.steady[signal] = seen.recent.put(signal, view.minute, value)
            _beside_usual(seen, view, signal, value, deviations)
    if view.context in CALM:
        view.surprise = seen.joint.update(deviations)
    if view.context not in EFFORT and not view.values.keys().isdisjoint(SCORED):
        _score(seen, view)
    _over_days(seen, view)


def _beside_usual(seen: Seen, view: View, signal: str, value: float, deviations: dict[str, float]) -> None:
    if signal in SLOW:
        key = signal
    elif view.context in CALM:
        key = f"{signal}@{view.context}"
    else:
        return
    baseline = seen.baseline(key, signal)
    usual = baseline.usual()
    if baseline.known:
        view.usual[signal] = usual
        deviations[signal] = (value - usual.recent) / usual.wander
    elif seen.person.baselines:
        told = known_usual(seen.person, key, FLOORS[signal])
        if told is not None:
            view.usual[signal] = told
    baseline.learn(value, usual)


def _score(seen: Seen, view: View) -> None:
    """NEWS2 at rest only: the score is meant for a person at rest."""
    readings: dict[str, tuple[int, float]] = {}
    for signal in SCORED:
        newest = seen.recent.newest(signal)
        if newest is not None:
            readings[signal] = newest[0], view.steady.get(signal, newest[1])
    on_oxygen = seen.person.oxygen(view.minute)
    view.score = news2(readings, view.minute, scale=seen.oxygen_scale, on_oxygen=on_oxygen)


def _over_days(seen: Seen, view: View) -> None:
    """Nights, usuals that move, and what days of readings add up to."""
    news = seen.own.minute(
        view.minute, view.context, view.values, seen.activity.still, seen.utc_offset, view.interval
    )
    if news is not None:
        view.moved, view.night = list(news.moved), news.night
    view.clinical = seen.clinic.update(view, seen.person.admitted is None)
