"""Harm by a medicine, minute by minute: a vital that has gone too far since it was begun.

Found on steady readings that last some minutes, not after days; only in the four weeks after a start, when
a medicine is new or its dose is still sought.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Final, NamedTuple

from models.risk.contribution import UNITS, beside_usual
from models.risk.found import Evidence
from models.signals.activity import Context
from models.signals.windows import MINUTE
from models.treatment.atc import named
from models.treatment.signals import CUFF, DAYS, TABLE
from models.treatment.state import DAY_MS, Run, Treatment, Treatments
from models.treatment.table import HARMS, Harm
from models.treatment.watching import usual_before
from models.view import View
from streams.records import Contribution

CONDITION = "treatment"
SIDES = ("low", "high")
UNSEEN_NIGHT: Final = 6
"""Local hour until which one of whom nobody knows what they do may sleep."""
MOVING: Final[frozenset[Context]] = frozenset({"active", "recovering"})
PLACES: Final = {
    row.signal: tuple(place for place, other in enumerate(TABLE) if other.signal == row.signal)
    for row in TABLE
}
"""Where in the table a vital is; asleep first."""
GAPS: Final = {
    (rule.signal, side): max(other.gap_ms for other in HARMS if other.signal == rule.signal)
    for rule in HARMS
    for side in SIDES
}


class _Found(NamedTuple):
    """A row that a minute was held against."""

    rule: Harm
    treatment: Treatment
    before: float | None
    level: int
    beyond: float
    """How far the reading is past the edge in force, in the vital's unit; negative on the safe side."""


def harm(state: Treatments, view: View) -> Iterator[Evidence]:
    """Evidence of one minute for each side that a medicine is watched for and that was measured.

    None while harm is seen and has not lasted, or when it still stands in another vital.
    """
    sleeps = may_sleep(view)
    rules = [(rule, treatment) for treatment in state.watched for rule in _rules(treatment, view)]
    found = [_judge(rule, treatment, view, sleeps) for rule, treatment in rules]
    for side in SIDES:
        sided = [one for one in found if one.rule.side == side]
        if sided:
            yield from _side(state, view, side, sided)


def may_sleep(view: View) -> bool:
    """Whether the wearer sleeps, or may, as nobody knows at midnight to six. Rest at night is no sleep."""
    hour = (view.minute // MINUTE + view.utc_offset) // 60 % 24
    return view.context == "asleep" or (view.context == "unknown" and hour < UNSEEN_NIGHT)


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


def _judge(rule: Harm, treatment: Treatment, view: View, sleeps: bool) -> _Found:
    """Hold a reading against a row, counting its direction as upwards."""
    up = -1.0 if rule.side == "low" else 1.0
    value, before = up * view.steady[rule.signal], before_of(treatment, rule.signal, sleeps)
    shift = rule.asleep if sleeps else 0.0
    moved = math.inf if before is None else value - up * before
    edge = rule.edge
    if rule.far is not None and before is not None and moved > rule.change:
        edge = rule.far
    # In sleep a change as large as the medicine is meant to make is not yet harm.
    least = max(rule.least, rule.change) if sleeps else rule.least
    beyond = min(value - up * edge - shift, moved - least)
    if rule.severe is not None and moved >= rule.least and value >= up * rule.severe + shift:
        return _Found(rule, treatment, before, 2, max(beyond, 0.0))
    return _Found(rule, treatment, before, int(beyond >= 0.0), beyond)


def _side(state: Treatments, view: View, side: str, found: Sequence[_Found]) -> Iterator[Evidence]:
    """The gravest finding of one side that has lasted; freedom from harm when nothing of it is seen."""
    worst = max(found, key=lambda one: (one.level, one.beyond))
    lasting = max(_lasting(state, one, view.minute) for one in found)
    if not lasting and (worst.level or _still(state, side, found, view.minute)):
        return
    evidence = Evidence(CONDITION, view.minute, lasting, _risk(worst.beyond / worst.rule.softness), side=side)
    evidence.beyond, evidence.delay_ms = round(worst.beyond, 3), 0
    if lasting:
        suspects = [one.treatment for one in found if one.level and one.rule.signal == worst.rule.signal]
        evidence.contributions = [_contribution(worst, view)]
        evidence.cause = _cause(suspects, view.minute)
    yield evidence


def _lasting(state: Treatments, found: _Found, now: int) -> int:
    """The gravest level that has been seen for as long as it must; takes the reading into its runs."""
    rule, lasting = found.rule, 0
    for level in range(1, found.level + 1):
        key = f"{rule.signal}:{rule.side}:{level}"
        run = state.runs.get(key)
        if run is None or now - run.last > rule.gap_ms:
            run = state.runs[key] = Run(now, now)
        run.last = max(run.last, now)
        if now - run.since >= rule.lasts_ms:
            lasting = level
    return lasting


def _still(state: Treatments, side: str, found: Sequence[_Found], now: int) -> bool:
    """Whether harm of this side, just seen in another vital, still stands; forgets what does not."""
    here = {one.rule.signal for one in found}
    for key, run in list(state.runs.items()):
        signal, where, _ = key.split(":")
        if now - run.last > GAPS[signal, where]:
            del state.runs[key]
        elif where == side and signal not in here:
            return True
    return False


def before_of(treatment: Treatment, signal: str, sleeps: bool) -> float | None:
    """Middle one of the days before, asleep for one who may sleep, else awake; None where unknown.

    Of a vital that is kept in one context alone, that one.
    """
    for place in PLACES[signal] if sleeps else PLACES[signal][::-1]:
        days = [value for value in usual_before(treatment, place) if value is not None]
        if days:
            return median(days)
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


def _risk(beyond: float) -> float:
    return round(1.0 / (1.0 + math.exp(-max(min(beyond, 30.0), -30.0))), 3)
