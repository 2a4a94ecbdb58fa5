"""Evidence for each condition from one view, and the measures by name that clinicians read."""

from __future__ import annotations

from collections.abc import Iterator

from models.clinical.glucose_control import glucose_finding
from models.clinical.heart_rate import pulse_finding
from models.clinical.oxygen import oxygen_finding
from models.clinical.qsofa import qsofa_finding
from models.clinical.shock_index import shock_finding
from models.clinical.temperature import temperature_finding
from models.policy.rules import Policy
from models.risk.edges import rising_risk
from models.risk.found import Evidence, Leeway
from models.risk.judges import JUDGES
from models.risk.judges.circulation import fresh_pressure
from models.risk.scores import scores
from models.view import View
from streams.records import Finding

__all__ = ["Evidence", "Leeway", "evidence", "findings", "rising_risk", "scores"]

CALM = ("rest", "asleep")


def evidence(view: View, policy: Policy, leeway: Leeway) -> Iterator[Evidence]:
    """Evidence of one minute, for every condition that its readings allow to judge."""
    for condition, judge in JUDGES.items():
        yield from judge(view, policy.rules[condition], leeway)


def findings(view: View, leeway: Leeway) -> list[Finding]:
    """The minute's measures with their bands, then those over days; nothing of it alarms."""
    found = list(_of_minute(view, leeway))
    if view.clinical is not None:
        found += view.clinical.findings(view.minute)
    return found


def _of_minute(view: View, leeway: Leeway) -> Iterator[Finding]:
    steady = view.steady
    if "spo2" in steady:
        yield oxygen_finding(steady["spo2"], leeway.oxygen_scale, leeway.person.oxygen(view.minute))
    if "temp" in steady:
        yield temperature_finding(steady["temp"])
    if "hr" in steady and view.context in CALM:
        yield pulse_finding(steady["hr"])
        reading = fresh_pressure(view)
        if reading is not None:
            yield shock_finding(steady["hr"], reading.sbp)
    if "glucose" in steady:
        yield glucose_finding(steady["glucose"])
    for score in scores(view, leeway):
        if score.name == "qSOFA":
            yield qsofa_finding(score)
