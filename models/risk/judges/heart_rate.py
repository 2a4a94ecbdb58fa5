"""The judge of heart rate: at rest beside the own usual, milder after effort, in effort by age alone."""

from __future__ import annotations

import math

from models.clinical.heart_rate import LIMITS, child_above, predicted_maximum
from models.online.baseline import Usual
from models.person import Person
from models.policy.rules import Rule
from models.risk.edges import Edges
from models.risk.found import Evidence, Leeway
from models.risk.judges.common import Reading, both_sides, one_side, personal
from models.view import View

CONDITION = "resting_heart_rate"
CALM = ("rest", "asleep")
DAY_MS = 86_400_000
TOO_MUCH = "more than effort explains"


def resting_heart_rate(view: View, rule: Rule, leeway: Leeway) -> list[Evidence]:
    """A rate far from what the context, the person and the own usual let expect."""
    value = view.steady.get("hr")
    if value is None:
        return []
    if view.context == "active":
        return _in_effort(view, rule, leeway, value)
    edges, usual = Edges.of(rule), view.usual.get("hr")
    if view.context == "asleep" and usual is None:
        edges = edges.softer(below=_limit(rule, "asleep"))
    edges = of_person(edges, rule, leeway.person, view.minute)
    if view.context in CALM and usual is not None:
        edges = _beside_usual(edges, usual, _quickened(view, rule, leeway.person), rule)
    edges = personal(edges, CONDITION, view, leeway)
    if view.context not in CALM:
        edges = edges.softer(_limit(rule, "recovering"), _limit(rule, "recovering"))
    return both_sides(view, leeway, CONDITION, "hr", value, edges)


def _limit(rule: Rule, name: str) -> float:
    said = rule.limits.get(name)
    return LIMITS[name].value if said is None else said


def of_person(edges: Edges, rule: Rule, person: Person, time: int) -> Edges:
    """The edges of an athlete, in pregnancy, or of a small child (by age at `time`, ms UTC)."""
    if person.athlete:
        edges = edges.not_over(_limit(rule, "athlete_below"))
    if person.pregnant:
        edges = edges.not_under(_limit(rule, "pregnant_above"))
    child = 0.0 if person.birth_year is None else child_above(person.age(time))
    return edges.not_under(child) if child else edges


def _beside_usual(edges: Edges, usual: Usual, quickened: bool, rule: Rule) -> Edges:
    """The mildest edges, drawn nearer or further by what is usual for this wearer in this context.

    A medicine that `quickened` the pulse lately draws the upper one no nearer. One that slows it excuses
    nothing: a pulse below 46 is what such a medicine is watched for.
    """
    far = _limit(rule, "spreads") * usual.spread
    above, below = edges.above[0], edges.below[0]
    excused = max(usual.mean - _limit(rule, "athlete"), _limit(rule, "never_below"))
    below = max(min(below, excused), min(usual.mean - far, _limit(rule, "own_below")))
    if not quickened:
        above = min(above, max(usual.mean + far, _limit(rule, "own_above")))
    return Edges((above, *edges.above[1:]), (below, *edges.below[1:]))


def _quickened(view: View, rule: Rule, person: Person) -> bool:
    """Whether a medicine that began lately is known to make the pulse rise."""
    since = view.minute - _limit(rule, "settles_days") * DAY_MS
    return any(
        effect.moves.get("hr") == 1 and taken.started is not None and taken.started > since
        for taken, effect in person.taking(view.minute)
    )


def _in_effort(view: View, rule: Rule, leeway: Leeway, value: float) -> list[Evidence]:
    """More than the heart of anyone so old should reach; effort says nothing of a rate at rest."""
    age = leeway.person.age(view.minute)
    most = predicted_maximum(age) + _limit(rule, "active_margin")
    edges = Edges((most,) + (math.inf,) * (len(rule.grades) - 1), (-math.inf,) * len(rule.grades))
    if not edges.level(value):
        return []
    found = one_side(view, leeway, CONDITION, value, edges, [Reading("hr", value, 1.0)], "high")
    found.cause = f"{TOO_MUCH}; {found.cause}" if found.cause else TOO_MUCH
    return [found]
