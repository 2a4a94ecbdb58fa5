"""Judges of one steady reading: saturation, temperature, glucose."""

from __future__ import annotations

from models.policy.rules import Rule
from models.risk.edges import Edges
from models.risk.found import Evidence, Leeway
from models.risk.judges.common import Reading, both_sides, one_side, personal
from models.view import View

SCALE_2 = 6.0
"""Per cent by which edges are lower on scale 2, whose target begins at 88 (NEWS2): own choice."""


def desaturation(view: View, rule: Rule, leeway: Leeway) -> list[Evidence]:
    """Low saturation, on the wearer's scale."""
    value = view.steady.get("spo2")
    if value is None:
        return []
    edges = personal(on_scale(rule, leeway.oxygen_scale), "desaturation", view, leeway)
    return [one_side(view, leeway, "desaturation", value, edges, [Reading("spo2", value, 1.0)])]


def on_scale(rule: Rule, scale: int) -> Edges:
    """Edges of low saturation on an oxygen scale, 1 or 2."""
    edges = Edges.of(rule)
    return edges.softer(below=rule.limits.get("scale_2", SCALE_2)) if scale == 2 else edges


def fever(view: View, rule: Rule, leeway: Leeway) -> list[Evidence]:
    """Fever; with a genotype that makes any fever dangerous each counts as high."""
    value = view.steady.get("temp")
    if value is None:
        return []
    own = Edges.of(rule)
    edges = personal(own, "fever", view, leeway)
    if leeway.person.genotype and any(trait.graver_fever for trait in leeway.person.traits(view.minute)):
        edges = Edges((min(*own.above, *edges.above),) * len(own.above), own.below)
    return [one_side(view, leeway, "fever", value, edges, [Reading("temp", value, 1.0)])]


def glucose(view: View, rule: Rule, leeway: Leeway) -> list[Evidence]:
    """Glucose too high or too low."""
    value = view.steady.get("glucose")
    if value is None:
        return []
    edges = personal(Edges.of(rule), "glucose", view, leeway)
    return both_sides(view, leeway, "glucose", "glucose", value, edges)
