"""Deciding: evidence into the course of each condition, and its changes into what is told.

Pure: reads and writes only the `Judged` half of a wearer; what observing found comes in the observation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from models.judged import Judged
from models.policy import course
from models.policy.case import Asked, Case, Found, Report, Setting, Told
from models.policy.course import LAPSED
from models.policy.hearing import hear
from models.policy.reminding import remind
from models.policy.rules import PRIORITY, Policy, Rule
from models.risk import networks
from models.risk.evidence import evidence, scores
from models.risk.found import Evidence
from models.signals.windows import MINUTE
from models.telling import alert_id, tell
from models.tracing import traces
from models.view import Observation, View
from streams.records import Risk

__all__ = ["Asked", "Case", "Report", "Setting", "Told", "alert_id", "decide"]

RISK_EVERY_MS = 900_000
"""Event time between risk records of a wearer whose level does not change."""
UNTIL_HEARD = frozenset({"stale_data"})
"""Conditions that last until the wearer is heard of again."""
UNKNOWN = "unknown"


def decide(setting: Setting, case: Case, observation: Observation) -> list[Told]:
    """Judge one observation, its questions answered; gives what to tell."""
    if observation.withdrawn:
        return _withdraw(setting, case)
    judged = case.judged
    if observation.nudged:
        return _look(setting, case, observation) if judged.lives or judged.muted else []
    if observation.another:
        judged.foretold.clear()
    case.latest = observation.views[-1] if observation.views else None
    told = [] if observation.feedback is None else [hear(setting, case, observation.feedback)]
    judgements: list[Evidence] = []
    for found, view in _all_evidence(setting, case, observation):
        judgements.append(found)
        if setting.keep is not None:
            setting.keep(judged, found)
        told.append(course.take(setting, case, found, view))
    if judged.lives or judged.muted:
        told += remind(setting, case, observation)
    if observation.views:
        told.append(_risk_record(setting, case, observation, judgements))
        unusual = next((x.risk for x in reversed(judgements) if x.condition == "anomaly"), None)
        told += map(Told, traces(case, observation.views, setting.trace_ms, unusual))
    return [one for one in told if one is not None]


def _all_evidence(setting: Setting, case: Case, observation: Observation) -> Iterable[Found]:
    if observation.returned:
        yield Evidence("stale_data", case.now, 0, 0.0), None
    for found in networks.network_evidence(case.judged, observation, setting.policy):
        yield found, None
    for source in setting.sources:
        yield from source(case, observation)
    _mark_spoilt(observation, setting.policy)
    for view in observation.views:
        for found in evidence(view, setting.policy, case.leeway):
            if found.condition == "anomaly" and networks.watches(case.judged, "unusual", view.minute):
                continue
            yield found, view
        if setting.collect_again and view.quality:
            yield _unusable(case.judged, view, setting.policy.rules["collect_again"]), view
        for found in _lapsed(setting, case, view.minute):
            yield found, view
    if observation.silent_since is not None and setting.stale_alerts:
        yield Evidence("stale_data", case.now, 1, 0.0, cause=_silence(case, observation)), None


def _silence(case: Case, observation: Observation) -> str:
    """What was last known of a device that fell silent: its battery, its contact, or nothing."""
    return observation.silence or ("contact" if "contact" in case.judged.causes else UNKNOWN)


def _lapsed(setting: Setting, case: Case, time: int) -> Iterator[Evidence]:
    """Freedom from evidence for what nobody can judge any more at `time` (ms UTC)."""
    for key, episode in list(case.judged.episodes.items()):
        condition, _, side = key.partition(":")
        if condition not in UNTIL_HEARD and episode.lapsed(time, setting.policy.rules[condition]):
            yield Evidence(condition, time, 0, 0.0, [], side, cause=LAPSED)


def _look(setting: Setting, case: Case, observation: Observation) -> list[Told]:
    """Look at a silent wearer: what nobody could judge for too long is over, the rest may want a reminder."""
    lapsed = [course.take(setting, case, found, None) for found in _lapsed(setting, case, case.now)]
    return [told for told in lapsed if told is not None] + list(remind(setting, case, observation))


def _mark_spoilt(observation: Observation, policy: Policy) -> None:
    """Name the beats of a minute unusable when the network for quality calls most of it so."""
    for ask in networks.spoilt(observation.asks, policy):
        for view in observation.views:
            if ask.start <= view.minute + MINUTE // 2 < ask.end:
                view.causes.setdefault("ibi", "beats")


def _unusable(judged: Judged, view: View, rule: Rule) -> Evidence:
    """Evidence that readings stay unusable; a cause must last its own time."""
    if not view.causes and not judged.causes:
        return Evidence("collect_again", view.minute, 0, 0.0)
    present = sorted(set(view.causes.values()))
    for cause in sorted(judged.causes.keys() - set(present)):
        if view.minute - judged.causes[cause][1] > rule.grace_ms:
            del judged.causes[cause]
    level = 0
    for cause in present:
        since = judged.causes.get(cause, (view.minute, 0))[0]
        judged.causes[cause] = since, view.minute
        if view.minute - since >= rule.limits[cause] * 1000:
            level = 1
    first = min(judged.causes, key=lambda cause: (judged.causes[cause][0], cause), default=None)
    return Evidence("collect_again", view.minute, level, 0.0, cause=first)


def _withdraw(setting: Setting, case: Case) -> list[Told]:
    """End every alert that is out, and forget what was judged."""
    lives = case.judged.lives.items()
    for life in case.judged.lives.values():
        life.snoozed = 0  # what is forgotten is not silenced: the last revision says so
    told = [Told(tell(setting, case, first, life, "resolved", case.now)) for first, life in lives]
    onsets = [life.onset for life in case.judged.lives.values()]
    case.judged.withdrawn = max([case.now, case.judged.withdrawn, *onsets])
    case.judged.forget()
    return told


def _risk_record(
    setting: Setting, case: Case, observation: Observation, judgements: list[Evidence]
) -> Told | None:
    """The wearer's risk, when its level or own usual moved, or it is time again."""
    judged, view = case.judged, observation.views[-1]
    moved = [drift for seen in observation.views for drift in seen.moved]
    level = PRIORITY[max([life.rank for life in judged.lives.values()], default=0)]
    due = view.minute - judged.risk_told >= RISK_EVERY_MS
    if level == judged.level and not moved and not due and not any(seen.night for seen in observation.views):
        return None
    judged.level, judged.risk_told = level, view.minute
    learning = [] if view.surprise is None or view.surprise.known else ["own normal"]
    report = Report() if setting.report is None else setting.report(case, view, judgements)
    record = Risk(
        wearer=case.wearer,
        time=view.minute,
        risks={found.condition: found.risk for found in judgements} | networks.standing(judged, view.minute),
        level=level,  # type: ignore[arg-type]
        estimates=report.estimates,
        learning=learning,
        drifted=[drift.signal for drift in moved],
        changes=moved,
        scores=scores(view, case.leeway),
        findings=list(report.findings),
        responses=list(report.responses),
        unusable=dict(view.causes),
        not_run=networks.not_run(judged, case.versions, view.minute),
        models=dict(case.versions),
        source=case.source,
    )
    return Told(record)
