"""Harm by a medicine, minute by minute: a vital that has gone too far since it was begun.

Found on steady readings within minutes, not after days; only in the four weeks after a start, when a
medicine is new or its dose is still sought.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from models.risk.contribution import UNITS, beside_usual
from models.risk.found import Evidence
from models.signals.activity import Context
from models.signals.windows import MINUTE
from models.treatment.atc import named
from models.treatment.signals import CUFF, DAYS, TABLE
from models.treatment.state import DAY_MS, Treatment, Treatments
from models.treatment.table import HARMS, Harm
from models.treatment.watching import usual_before
from models.view import View
from streams.records import Contribution

CONDITION = "treatment"
SIDES = ("low", "high")
SLEEPY: Final[frozenset[Context]] = frozenset({"asleep", "unknown"})
MOVING: Final[frozenset[Context]] = frozenset({"active", "recovering"})
STANDS_MS: Final = {"sbp": 240 * MINUTE}
"""How long a reading of harm stands where no newer one comes (cuff: as long as NEWS2 takes it here)."""
STANDS_ELSE_MS = 15 * MINUTE
PLACES: Final[dict[tuple[str, Context], tuple[int, ...]]] = {
    (row.signal, context): tuple(
        place for place, other in enumerate(TABLE) if other.signal == row.signal and context in other.contexts
    )
    for row in TABLE
    for context in row.contexts
}
"""Where in the table a vital of a context is."""


class _Found(NamedTuple):
    """A row that a minute was held against."""

    rule: Harm
    treatment: Treatment
    before: float | None
    level: int
    beyond: float
    """How far the reading is past the edge in force, in the vital's unit; negative on the safe side."""


def harm(state: Treatments, view: View) -> Iterator[Evidence]:
    """Evidence of one minute for each side that a medicine is watched for and that was measured."""
    found = [_judge(rule, treatment, view) for treatment in state.watched for rule in _rules(treatment, view)]
    for side in SIDES:
        sided = [one for one in found if one.rule.side == side]
        if sided:
            yield from _side(state, view, side, sided)


def _rules(treatment: Treatment, view: View) -> Iterator[Harm]:
    """The rows of a medicine that this minute has a steady reading for."""
    if treatment.habit or not 0 <= view.minute - treatment.started <= DAYS * DAY_MS:
        return
    code = treatment.code.upper()
    for rule in HARMS:
        if rule.signal in view.steady and code.startswith(rule.prefixes) and _meant(rule, view):
            yield rule


def _meant(rule: Harm, view: View) -> bool:
    if rule.signal in CUFF:
        return not view.cuffless
    return rule.signal == "glucose" or view.context not in MOVING


def _judge(rule: Harm, treatment: Treatment, view: View) -> _Found:
    """Hold a reading against a row, counting its direction as upwards."""
    up = -1.0 if rule.side == "low" else 1.0
    value, before = up * view.steady[rule.signal], before_of(treatment, rule.signal, view.context)
    shift = rule.asleep if view.context in SLEEPY else 0.0
    moved = math.inf if before is None else value - up * before
    edge = rule.edge
    if rule.far is not None and before is not None and moved > rule.change:
        edge = rule.far
    beyond = value - up * edge - shift
    level = int(beyond >= 0.0) + int(rule.severe is not None and value >= up * rule.severe + shift)
    return _Found(rule, treatment, before, level if moved >= rule.least else 0, beyond)


def _side(state: Treatments, view: View, side: str, found: Sequence[_Found]) -> Iterator[Evidence]:
    """The gravest finding of one side; freedom from harm only when nothing else of it still stands."""
    for one in found:
        state.harms.pop(f"{one.rule.signal}:{side}", None)
    for one in found:
        if one.level:
            state.harms[f"{one.rule.signal}:{side}"] = view.minute
    worst = max(found, key=lambda one: (one.level, one.beyond))
    if not worst.level and _still(state, side, view.minute):
        return
    risk = _risk(worst.beyond / worst.rule.softness)
    evidence = Evidence(CONDITION, view.minute, worst.level, risk, side=side)
    evidence.beyond, evidence.delay_ms = round(worst.beyond, 3), worst.rule.delay_ms
    if worst.level:
        suspects = [one.treatment for one in found if one.level and one.rule.signal == worst.rule.signal]
        evidence.contributions = [_contribution(worst, view)]
        evidence.cause = _cause(suspects, view.minute)
    yield evidence


def before_of(treatment: Treatment, signal: str, context: Context) -> float | None:
    """Mean of the days before, in the same context, or in rest where it is unknown; None where unknown."""
    for place in PLACES.get((signal, "rest" if context == "unknown" else context), ()):
        days = [value for value in usual_before(treatment, place) if value is not None]
        if days:
            return sum(days) / len(days)
    return None


def _contribution(found: _Found, view: View) -> Contribution:
    """The reading beside what it was before; beside the own usual where no day before is known."""
    signal = found.rule.signal
    value, before = view.steady[signal], found.before
    if before is None:
        return beside_usual(signal, value, view.usual.get(signal), 1.0)
    change = round(value - before, 2)
    return Contribution(signal, round(value, 2), UNITS[signal], round(before, 2), change, 1.0)


def _cause(suspects: Sequence[Treatment], now: int) -> str:
    """What it may come from, and since when."""
    told = []
    for treatment in suspects:
        days = (now - treatment.started) // DAY_MS
        since = "today" if not days else "yesterday" if days == 1 else f"{days} days ago"
        told.append(f"{named(treatment.code)}, begun {since}")
    return " and ".join(told)


def _still(state: Treatments, side: str, now: int) -> bool:
    """Whether harm that was seen on this side in another vital still stands."""
    for key, seen in list(state.harms.items()):
        signal, _, where = key.partition(":")
        if now - seen > STANDS_MS.get(signal, STANDS_ELSE_MS):
            del state.harms[key]
        elif where == side:
            return True
    return False


def _risk(beyond: float) -> float:
    return round(1.0 / (1.0 + math.exp(-max(min(beyond, 30.0), -30.0))), 3)
