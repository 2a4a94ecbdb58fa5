"""The setting of a worker that knows its wearers: evidence over days, advice, confidence, reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from models.advice import load_catalogue
from models.advice.asking import adviser
from models.disease import following as long_term
from models.disease.longterm import estimates
from models.disease.state import LongTerm
from models.judged import Judged
from models.policy.case import Asked, Case, Found, Report, Setting
from models.policy.course import LAPSED
from models.policy.rules import Policy, load_policy
from models.risk.confidence import confidence
from models.risk.evidence import Evidence, findings
from models.risk.fusion import Fusion
from models.risk.fusion_table import load_table
from models.risk.own import own_evidence
from models.treatment import following as treatment
from models.treatment.harm import CONDITION, SIDES
from models.treatment.responses import responses
from models.treatment.state import Treatments
from models.view import Observation, View
from streams.records import Advice


def load_setting(collect_again: bool = True, stale_alerts: bool = True, trace_s: int = 0) -> Setting:
    """Read the rules, the table of fusion and the catalogue of advice that ship; a trace every `trace_s`.

    Raises ValueError with what is wrong with one of the files.
    """
    return personal_setting(
        load_policy(), Fusion(load_table()), adviser(load_catalogue()), collect_again, stale_alerts, trace_s
    )


def personal_setting(
    policy: Policy,
    fusion: Fusion,
    advise: Callable[[Asked], list[Advice]] | None = None,
    collect_again: bool = True,
    stale_alerts: bool = True,
    trace_s: int = 0,
) -> Setting:
    """The setting made of its parts; without `advise` alerts carry the policy file's own words."""
    reporter = Reporter(fusion)
    return Setting(
        policy,
        collect_again,
        stale_alerts,
        sources=(own_evidence(policy), treatments_and_long_term),
        advise=advise,
        confidence=confidence,
        keep=reporter.keep,
        report=reporter.report,
        trace_ms=trace_s * 1000,
    )


def treatments_and_long_term(case: Case, observation: Observation) -> Iterator[Found]:
    """Evidence of harm by a medicine, and the weekly word about long-term risks; learns both."""
    judged, person = case.judged, case.leeway.person
    if judged.treatments is None:
        judged.treatments = Treatments()
    if judged.long_term is None:
        judged.long_term = LongTerm()
    yield from treatment.follow_record(judged.treatments, observation, person)
    yield from _harm_of_the_past(case, observation)
    yield from long_term.follow_record(judged.long_term, observation, person)


def _harm_of_the_past(case: Case, observation: Observation) -> Iterator[Found]:
    """The end of alerts on a medicine that was stopped or is long known: nobody judges them any more."""
    if not case.judged.episodes:
        return
    for side in SIDES:
        episode = case.judged.episodes.get(f"{CONDITION}:{side}")
        if episode is None or not episode.raised or not observation.views:
            continue
        historic = case.judged.lives[episode.alert].historic
        if not historic and not treatment.harm_is_watched(case.leeway.person, side, case.now):
            view = observation.views[-1]
            yield Evidence(CONDITION, view.minute, 0, 0.0, side=side, cause=LAPSED), view


@dataclass(frozen=True, slots=True)
class Reporter:
    """Makes what a risk record tells beside the risks."""

    fusion: Fusion

    def keep(self, judged: Judged, found: Evidence) -> None:
        """Remember what a judge says that speaks rarely."""
        self.fusion.keep(judged.lately, found)

    def report(self, case: Case, view: View, judgements: Sequence[Evidence]) -> Report:
        """Estimates of acute dangers and of long-term risks, findings, and how treatments went."""
        judged, version = case.judged, case.versions.get("diabetes", "")
        told = self.fusion.estimates(judgements, view, judged.lately, judged.foretold, case.leeway.person)
        if judged.long_term is not None:
            told |= estimates(judged.long_term, view.minute, version)
        heard = () if judged.treatments is None else responses(judged.treatments)
        found = findings(view, case.leeway)
        return Report(told, found if view.trend is None else [*found, view.trend], heard)
