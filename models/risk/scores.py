"""Which early warning scores are meant for this wearer."""

from __future__ import annotations

from models.clinical.obstetric import meows
from models.clinical.qsofa import qsofa
from models.risk.found import Leeway
from models.view import View
from streams.records import ClinicalScore

YOUNGEST = 16
"""NEWS2 is not for children under 16, nor in pregnancy (RCP 2017)."""


def early_warning(view: View, leeway: Leeway) -> ClinicalScore | None:
    """NEWS2, in pregnancy MEOWS in its place, for children neither."""
    if view.score is None:
        return None
    person = leeway.person
    if person.pregnant:
        return meows(view.score.parts)
    return None if person.age(view.minute) < YOUNGEST else view.score


def scores(view: View, leeway: Leeway) -> list[ClinicalScore]:
    """All scores that may be told: the early warning, and qSOFA beside NEWS2."""
    warning = early_warning(view, leeway)
    if warning is None:
        return []
    sepsis = None if leeway.person.pregnant else qsofa(warning.parts)
    return [warning] if sepsis is None else [warning, sepsis]
