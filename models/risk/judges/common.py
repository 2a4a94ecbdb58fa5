"""What judges share: one reading beside its edges becomes evidence of one side or of both.

A minute in which nothing is out must cost little: contributions and words are made only where something is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from models.person import Limit
from models.risk.contribution import beside_usual
from models.risk.edges import Edges, risk_beyond
from models.risk.found import Evidence, Leeway
from models.risk.words import explain
from models.view import View
from streams.records import Contribution


class Reading(NamedTuple):
    """A vital that speaks for evidence, with its share of the reason."""

    signal: str
    value: float
    share: float | None = None


def contribution(view: View, signal: str, value: float, share: float | None = None) -> Contribution:
    """A signal's value beside the wearer's own usual."""
    return beside_usual(signal, value, view.usual.get(signal), share)


def one_side(
    view: View,
    leeway: Leeway,
    condition: str,
    value: float,
    edges: Edges,
    told: Sequence[Reading],
    side: str = "",
) -> Evidence:
    """Evidence of a value beside edges; `told` are the vitals behind it."""
    beyond = edges.beyond(value)
    found = Evidence(condition, view.minute, 0, risk_beyond(condition, beyond), side=side)
    found.beyond = beyond
    if beyond < 0.0:
        return found
    found.level = edges.level(value)
    return _told(found, view, leeway, value, told)


def both_sides(
    view: View, leeway: Leeway, condition: str, signal: str, value: float, edges: Edges
) -> list[Evidence]:
    """Evidence of each side of one reading: what is high is free of low."""
    over, under = value - min(edges.above), max(edges.below) - value
    risk, both = risk_beyond(condition, max(over, under)), []
    for side, beyond in (("high", over), ("low", under)):
        found = Evidence(condition, view.minute, 0, risk, side=side)
        found.beyond = beyond
        if beyond >= 0.0:
            found.level = edges.level(value)
            _told(found, view, leeway, value, [Reading(signal, value, 1.0)])
        both.append(found)
    return both


def personal(edges: Edges, condition: str, view: View, leeway: Leeway) -> Edges:
    """The edges with those that a clinician set for this wearer."""
    if not leeway.person.limits:
        return edges
    return edges.set_by(leeway.person.limit(condition, view.minute))


def _told(found: Evidence, view: View, leeway: Leeway, value: float, told: Sequence[Reading]) -> Evidence:
    found.contributions = [contribution(view, *reading) for reading in told]
    limit = leeway.person.limit(found.condition, view.minute) if leeway.person.limits else None
    return explain(found, leeway.person, _by_clinician(limit, value))


def _by_clinician(limit: Limit | None, value: float) -> bool:
    if limit is None:
        return False
    return (limit.above is not None and value >= limit.above) or (
        limit.below is not None and value <= limit.below
    )
