"""Judges of several vitals together: an early warning score, and an unusual joint state."""

from __future__ import annotations

import math

from models.clinical.obstetric import TRIGGER
from models.policy.rules import Rule
from models.risk.edges import Edges, risk_beyond
from models.risk.found import Evidence, Leeway
from models.risk.judges.common import Reading, contribution, one_side
from models.risk.scores import early_warning
from models.view import View
from streams.records import ClinicalScore

WORST = 3
"""Points of a NEWS2 part at its worst."""


def deterioration(view: View, rule: Rule, leeway: Leeway) -> list[Evidence]:
    """What was measured of the early warning score reaches an edge.

    Of NEWS2 any single part at its worst is as much as the first edge (RCP 2017: both call for an urgent
    review), unless a clinician set that edge. MEOWS, in pregnancy, has one edge of its own.
    """
    score = early_warning(view, leeway)
    if score is None:
        return []
    edges, value = Edges.of(rule), float(score.low)
    if leeway.person.pregnant:
        edges = Edges((TRIGGER,) + (math.inf,) * (len(rule.grades) - 1), edges.below)
    limit = leeway.person.limit("deterioration", view.minute) if leeway.person.limits else None
    if limit is not None:
        edges = edges.set_by(limit)
    elif not leeway.person.pregnant and any(part.points == WORST for part in score.parts):
        value = max(value, edges.above[0])
    told = _worst_first(score) if edges.level(value) else []
    return [one_side(view, leeway, "deterioration", value, edges, told)]


def _worst_first(score: ClinicalScore) -> list[Reading]:
    parts = sorted((part for part in score.parts if part.points), key=lambda part: -part.points)
    return [Reading(part.signal, part.value, round(part.points / (score.low or 1), 3)) for part in parts]


def anomaly(view: View, rule: Rule, _: Leeway) -> list[Evidence]:
    """Several vitals are far from the wearer's own usual, together."""
    surprise = view.surprise
    if surprise is None or not surprise.known:
        return []
    limits, edges = rule.limits, Edges.of(rule)
    beyond = edges.beyond(surprise.rarity)
    found = Evidence("anomaly", view.minute, 0, risk_beyond("anomaly", beyond))
    if beyond < 0.0:
        found.beyond = beyond
    elif sum(abs(z) >= limits["deviation"] for z in surprise.deviations.values()) >= limits["deviating"]:
        found.level, found.beyond = edges.level(surprise.rarity), beyond
        ranked = sorted(surprise.shares.items(), key=lambda item: -item[1])
        found.contributions = [
            contribution(view, signal, view.values[signal], share)
            for signal, share in ranked
            if signal in view.values
        ]
    return [found]
