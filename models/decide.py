"""Deciding: evidence into the course of each condition, and its changes into alerts.

Pure: reads and writes only the `Judged` half of a wearer; what observing found comes in the observation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from models.deep.asks import Ask
from models.judged import Judged
from models.policy.episode import Change, Episode
from models.policy.rules import Policy, Rule
from models.risk import networks
from models.risk.evidence import Evidence, Leeway, evidence
from models.signals.windows import MINUTE
from models.view import Observation, View
from streams.records import Advice, Alert, Risk, Source, Status

HISTORIC_MS = 3_600_000
"""What is found in data older than this is history, not an emergency."""
RISK_EVERY_MS = 900_000
"""Event time between risk records of a wearer whose level does not change."""
LAPSED = "not judged any more"
UNTIL_HEARD = frozenset({"stale_data"})
"""Conditions that last until the wearer is heard of again."""
RANK = {"none": 0, "info": 1, "low": 2, "medium": 3, "high": 4}


@dataclass(frozen=True, slots=True)
class Setting:
    """What is the same for every decision of a worker."""

    policy: Policy
    collect_again: bool = True
    stale_alerts: bool = True


@dataclass(slots=True)
class Case:
    """One wearer's record being decided."""

    wearer: str
    judged: Judged
    source: Source
    now: int
    """Stream time, ms."""
    leeway: Leeway
    versions: dict[str, str] = field(default_factory=dict)
    """The networks that were asked, name to version."""


@dataclass(frozen=True, slots=True)
class Told:
    """A record to tell, and the question that an explanation takes apart, if a network spoke."""

    record: Alert | Risk
    ask: Ask | None = None


def decide(setting: Setting, case: Case, observation: Observation) -> list[Told]:
    """Judge one observation, its questions answered; gives what to tell."""
    if observation.withdrawn:
        return _withdraw(setting, case)
    if observation.another:
        case.judged.foretold.clear()
    told: list[Told] = []
    risks: dict[str, float] = {}
    for found, view in _all_evidence(setting, case, observation):
        risks[found.condition] = found.risk
        alert = _course(setting, case, found, view)
        if alert is not None:
            told.append(Told(alert, None if alert.status == "resolved" else found.ask))
    if observation.views:
        drifted = any(view.drifted for view in observation.views)
        risk = _risk_record(case, observation.views[-1], risks, drifted)
        if risk is not None:
            told.append(Told(risk))
    return told


def _all_evidence(
    setting: Setting, case: Case, observation: Observation
) -> Iterable[tuple[Evidence, View | None]]:
    if observation.returned:
        yield Evidence("stale_data", case.now, 0, 0.0), None
    for found in networks.network_evidence(case.judged, observation, setting.policy):
        yield found, None
    _mark_spoilt(observation, setting.policy)
    for view in observation.views:
        for found in evidence(view, setting.policy, case.leeway):
            if found.condition == "anomaly" and networks.watches(case.judged, "unusual", view.minute):
                continue
            yield found, view
        if setting.collect_again and view.quality:
            yield _unusable(case.judged, view, setting.policy.rules["collect_again"]), view
        yield from _lapsed(setting, case, view)
    if observation.silent_since is not None and setting.stale_alerts:
        yield Evidence("stale_data", case.now, 1, 0.0), None


def _lapsed(setting: Setting, case: Case, view: View) -> Iterable[tuple[Evidence, View]]:
    """Freedom from evidence for what nobody can judge any more."""
    for key, episode in list(case.judged.episodes.items()):
        condition, _, side = key.partition(":")
        if condition not in UNTIL_HEARD and episode.lapsed(view.minute, setting.policy.rules[condition]):
            yield Evidence(condition, view.minute, 0, 0.0, [], side, cause=LAPSED), view


def _mark_spoilt(observation: Observation, policy: Policy) -> None:
    """Name the beats of a minute unusable when the network for quality calls most of it so."""
    for ask in networks.spoilt(observation.asks, policy):
        for view in observation.views:
            if ask.start <= view.minute + MINUTE // 2 < ask.end:
                view.causes.setdefault("ibi", "beats")


def _unusable(judged: Judged, view: View, rule: Rule) -> Evidence:
    """Evidence that readings stay unusable; a cause must last its own time."""
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
    return Evidence("collect_again", view.minute, level, 0.0)


def _course(setting: Setting, case: Case, found: Evidence, view: View | None) -> Alert | None:
    """Move the condition's course; an alert when that changes it."""
    episodes = case.judged.episodes
    episode = episodes.get(found.key)
    if episode is None:
        if not found.level:
            return None
        episode = episodes[found.key] = Episode()
    rule = setting.policy.rules[found.condition]
    change = episode.update(found.time, found.level, rule, found.delay_ms)
    old = case.now - found.time > HISTORIC_MS
    if change is None and episode.historic and episode.raised and found.level and not old:
        change = "escalated"  # what was found in old data is still so now
    if change is None:
        if not found.level and episode.idle(found.time, rule):
            del episodes[found.key]
        return None
    if change != "resolved":
        episode.historic = old
    alert = _alert(setting, case, found, view, episode, change)
    if change == "resolved":
        del episodes[found.key]
    return alert


def _withdraw(setting: Setting, case: Case) -> list[Told]:
    """End every alert that is out, and forget what was judged."""
    told: list[Told] = []
    for key, episode in case.judged.episodes.items():
        if episode.raised:
            condition, _, side = key.partition(":")
            found = Evidence(condition, case.now, 0, 0.0, [], side)
            told.append(Told(_alert(setting, case, found, None, episode, "resolved")))
    case.judged.forget()
    return told


def _alert(
    setting: Setting, case: Case, found: Evidence, view: View | None, episode: Episode, change: Change
) -> Alert:
    rule = setting.policy.rules[found.condition]
    if change != "resolved":
        priority = rule.grades[episode.raised - 1].priority
        episode.priority = "low" if episode.historic and RANK[priority] > RANK["low"] else priority
    episode.revision += 1
    status: Status = change
    return Alert(
        id=alert_id(case.wearer, found.key, episode.onset),
        revision=episode.revision,
        wearer=case.wearer,
        condition=rule.condition,
        status=status,
        priority=episode.priority,  # type: ignore[arg-type]
        title=rule.title,
        onset=episode.onset,
        updated=found.time if view is None else found.time + MINUTE,
        source=case.source,
        cause=_cause(case.judged, found),
        probability=found.probability,
        historic=episode.historic,
        contributions=found.contributions,
        quality=_quality(found, view),
        models=_versions(case, found.networks),
        config=setting.policy.digest,
        advice=[] if change == "resolved" else [Advice(text, source) for text, source in rule.advice],
        clears=rule.clears,
    )


def alert_id(wearer: str, course: str, onset: int) -> str:
    """The stable id of an alert: a replay of the same records gives it again."""
    return hashlib.sha256(f"{wearer}\n{course}\n{onset}".encode()).hexdigest()[:24]


def _versions(case: Case, names: Sequence[str]) -> dict[str, str]:
    return {name: case.versions[name] for name in names if name in case.versions}


def _cause(judged: Judged, found: Evidence) -> str | None:
    if found.condition != "collect_again" or not judged.causes:
        return found.cause
    return min(judged.causes, key=lambda cause: (judged.causes[cause][0], cause))


def _quality(found: Evidence, view: View | None) -> float | None:
    if view is None:
        return None
    shares = [view.quality[c.signal].share for c in found.contributions if c.signal in view.quality]
    return round(min(shares), 3) if shares else None


def _risk_record(case: Case, view: View, risks: dict[str, float], drifted: bool) -> Risk | None:
    """The wearer's risk, when its level or own usual moved, or it is time again."""
    judged = case.judged
    active = [episode.priority for episode in judged.episodes.values() if episode.raised]
    level = max(active, key=RANK.__getitem__, default="none")
    if level == judged.level and not drifted and view.minute - judged.risk_told < RISK_EVERY_MS:
        return None
    judged.level, judged.risk_told = level, view.minute
    standing = networks.standing(judged, view.minute)
    learning = [] if view.surprise is None or view.surprise.known else ["own normal"]
    return Risk(
        wearer=case.wearer,
        time=view.minute,
        risks=risks | standing,
        level=level,  # type: ignore[arg-type]
        learning=learning,
        drifted=["hr"] if drifted else [],
        scores=[] if view.score is None else [view.score],
        unusable=dict(view.causes),
        not_run=networks.not_run(judged, case.versions, view.minute),
        models=dict(case.versions),
        source=case.source,
    )
