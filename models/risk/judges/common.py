"""What judges share: one reading beside its edges becomes evidence of one side or of both."""

from __future__ import annotations

from collections.abc import Iterator

from models.person import Limit
from models.risk.contribution import beside_usual
from models.risk.edges import Edges, risk_beyond
from models.risk.found import Evidence, Leeway
from models.risk.words import explain
from models.view import View
from streams.records import Contribution


def contribution(view: View, signal: str, value: float, share: float | None = None) -> Contribution:
    """A signal's value beside the wearer's own usual."""
    return beside_usual(signal, value, view.usual.get(signal), share)


def one_side(
    view: View,
    leeway: Leeway,
    condition: str,
    value: float,
    edges: Edges,
    told: list[Contribution],
    side: str = "",
) -> Evidence:
    """Evidence of a value beside edges; `told` are its contributions if it is out."""
    beyond = edges.beyond(value)
    found = Evidence(condition, view.minute, edges.level(value), risk_beyond(condition, beyond), side=side)
    found.beyond = round(beyond, 3)
    if found.level:
        found.contributions = told
    limit = leeway.person.limit(condition, view.minute) if leeway.person.limits else None
    return explain(found, leeway.person, _by_clinician(limit, value))


def both_sides(
    view: View, leeway: Leeway, condition: str, signal: str, value: float, edges: Edges
) -> Iterator[Evidence]:
    """Evidence of each side of one reading: what is high is free of low."""
    told = [contribution(view, signal, value, 1.0)] if edges.level(value) else []
    risk = risk_beyond(condition, edges.beyond(value))
    for side, here in (("high", edges.high), ("low", edges.low)):
        found = one_side(view, leeway, condition, value, here, told, side)
        found.risk = risk
        yield found


def personal(edges: Edges, condition: str, view: View, leeway: Leeway) -> Edges:
    """The edges with those that a clinician set for this wearer."""
    if not leeway.person.limits:
        return edges
    return edges.set_by(leeway.person.limit(condition, view.minute))


def _by_clinician(limit: Limit | None, value: float) -> bool:
    if limit is None:
        return False
    return (limit.above is not None and value >= limit.above) or (
        limit.below is not None and value <= limit.below
    )
