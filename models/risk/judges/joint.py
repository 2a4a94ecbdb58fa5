"""Judges of several vitals together: an early warning score, and an unusual joint state."""

from __future__ import annotations

from collections.abc import Iterator

from models.policy.rules import Rule
from models.risk.edges import Edges, risk_beyond
from models.risk.found import Evidence, Leeway
from models.risk.judges.common import contribution, one_side
from models.view import View

WORST = 3
"""Points of a NEWS2 part at its worst."""


def deterioration(view: View, rule: Rule, leeway: Leeway) -> Iterator[Evidence]:
    """What was measured of NEWS2 reaches an edge.

    Any single part at its worst is as much as the first edge (RCP 2017: both call for an urgent review),
    unless a clinician set that edge.
    """
    score = view.score
    if score is None:
        return
    edges, value = Edges.of(rule), float(score.low)
    limit = leeway.person.limit("deterioration", view.minute) if leeway.person.limits else None
    if limit is not None:
        edges = edges.set_by(limit)
    elif any(part.points == WORST for part in score.parts):
        value = max(value, edges.above[0])
    parts = sorted((p for p in score.parts if p.points), key=lambda p: -p.points)
    total = score.low or 1
    told = [contribution(view, p.signal, p.value, round(p.points / total, 3)) for p in parts]
    yield one_side(view, leeway, "deterioration", value, edges, told)


def anomaly(view: View, rule: Rule, _: Leeway) -> Iterator[Evidence]:
    """Several vitals are far from the wearer's own usual, together."""
    surprise = view.surprise
    if surprise is None or not surprise.known:
        return
    limits, edges = rule.limits, Edges.of(rule)
    beyond = edges.beyond(surprise.rarity)
    found = Evidence("anomaly", view.minute, 0, risk_beyond("anomaly", beyond))
    if sum(abs(z) >= limits["deviation"] for z in surprise.deviations.values()) >= limits["deviating"]:
        found.level, found.beyond = edges.level(surprise.rarity), round(beyond, 3)
    if found.level:
        ranked = sorted(surprise.shares.items(), key=lambda item: -item[1])
        found.contributions = [
            contribution(view, signal, view.values[signal], share)
            for signal, share in ranked
            if signal in view.values
        ]
    yield found
