"""Moments for judges: one minute with steady readings, and who it is of."""

from __future__ import annotations

from models.clinical.blood_pressure import Reading
from models.clinical.moment import Moment
from models.online.baseline import Usual
from models.person import Person
from models.policy.rules import load_policy
from models.risk.evidence import Leeway, evidence
from models.view import View

POLICY = load_policy()
NOW = 1_767_592_800_000
MINUTE = 60_000
DAY = 86_400_000


def minute(context="rest", usual=None, cuff=(), **steady):
    """A minute; `usual` = (mean, spread) by signal, `cuff` = (minutes ago, mmHg, mmHg), oldest first."""
    view = View(NOW, context, dict(steady), dict(steady))
    view.usual = {s: Usual(mean, spread, mean, spread) for s, (mean, spread) in (usual or {}).items()}
    if cuff:
        view.clinical = Moment(tuple(Reading(NOW // MINUTE - ago, s, d) for ago, s, d in cuff))
    return view


def judged(condition, view, person=None, scale=1):
    """All evidence of one condition, by its key."""
    leeway = Leeway(scale, person or Person())
    return {e.key: e for e in evidence(view, POLICY, leeway) if e.condition == condition}


def levels(condition, view, person=None, scale=1):
    """The levels of one condition, by side."""
    return {e.side: e.level for e in judged(condition, view, person, scale).values()}
