"""Judges of blood pressure: a crisis that was measured again, and a pulse too high for the pressure."""

from __future__ import annotations

import math

from models.clinical.blood_pressure import CRISIS, CRISIS_PREGNANT, MINUTE, Reading, stage
from models.clinical.shock_index import shock_index
from models.policy.rules import Rule
from models.risk.edges import Edges, risk_beyond
from models.risk.found import Evidence, Leeway
from models.risk.judges.common import Reading as Told
from models.risk.judges.common import contribution, one_side, personal
from models.risk.words import explain
from models.view import View

MEASURE_AGAIN = "measure again"
FRESH_S = 900.0
"""Seconds for which a reading with a cuff stands beside a pulse: own choice."""
CALM = ("rest", "asleep", "unknown")


def shock(view: View, rule: Rule, leeway: Leeway) -> list[Evidence]:
    """Pulse over systolic pressure at rest, while a reading with a cuff is fresh."""
    pulse, reading = view.steady.get("hr"), fresh_pressure(view, rule.limits.get("fresh_s", FRESH_S))
    if pulse is None or reading is None or view.context not in CALM:
        return []
    edges = personal(Edges.of(rule), "shock", view, leeway)
    told = [Told("hr", pulse), Told("sbp", reading.sbp)]
    return [one_side(view, leeway, "shock", shock_index(pulse, reading.sbp), edges, told)]


def fresh_pressure(view: View, seconds: float = FRESH_S) -> Reading | None:
    """The newest systolic pressure with a cuff, while it stands for the present."""
    reading = _newest(view)
    if reading is None or not reading.sbp or view.minute - reading.minute * MINUTE > seconds * 1000:
        return None
    return reading


def blood_pressure(view: View, rule: Rule, leeway: Leeway) -> list[Evidence]:
    """A crisis at a reading with a cuff: seen once it asks for another reading, repeated it is one.

    The rule's last grade is a repeated crisis, the one before it, if any, one that was seen once.
    """
    reading = _newest(view)
    if reading is None or view.clinical is None or reading.minute * MINUTE != view.minute:
        return []
    limit = leeway.person.limit("blood_pressure", view.minute)
    crisis, clinician = crisis_of(leeway.person.pregnant), False
    if limit is not None and limit.above is not None and limit.above <= crisis[0]:
        crisis, clinician = (limit.above, crisis[1]), True
    sure = stage(view.clinical.readings, crisis)
    found = Evidence("blood_pressure", view.minute, max(sure + len(rule.grades) - 2, 0), 0.0, side="high")
    found.beyond = max(reading.sbp - crisis[0], reading.dbp - crisis[1])
    found.risk = risk_beyond("blood_pressure", found.beyond)
    _tell(found, view, reading, MEASURE_AGAIN if sure == 1 else None)
    told = [explain(found, leeway.person, clinician and reading.sbp >= crisis[0])]
    if limit is not None and limit.below is not None and reading.sbp:
        edges = Edges((math.inf,), (limit.below,))
        behind = [Told("sbp", reading.sbp, 1.0)]
        told.append(one_side(view, leeway, "blood_pressure", reading.sbp, edges, behind, "low"))
    return told


def crisis_of(pregnant: bool) -> tuple[float, float]:
    """Pressures of a crisis, mmHg; a clinician can't move it to the mild side, as no grade is graver."""
    return CRISIS_PREGNANT if pregnant else CRISIS


def _tell(found: Evidence, view: View, reading: Reading, cause: str | None) -> None:
    if found.level:
        found.cause = cause
        found.contributions = [
            contribution(view, name, value)
            for name, value in (("sbp", reading.sbp), ("dbp", reading.dbp))
            if value
        ]


def _newest(view: View) -> Reading | None:
    clinical = view.clinical
    return clinical.readings[-1] if clinical is not None and clinical.readings else None
