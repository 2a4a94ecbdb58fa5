"""From what is kept of an alert to the record that is told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import cast

from models.policy.answers import answer_of
from models.policy.case import Asked, Case, Setting
from models.policy.life import Life
from models.policy.members import rank_of, standing
from models.policy.rules import PRIORITY, Policy, condition_of
from models.risk.found import Evidence
from models.signals.windows import MINUTE
from models.view import View
from streams.records import Advice, Alert, Condition, Priority, Side, Snooze, Status


def alert_id(wearer: str, course: str, onset: int) -> str:
    """The stable id of an alert: a replay of the same records gives it again."""
    return hashlib.sha256(f"{wearer}\n{course}\n{onset}".encode()).hexdigest()[:24]


def keep(setting: Setting, case: Case, life: Life, found: Evidence, view: View | None) -> None:
    """Keep what this evidence says of an alert that is out."""
    life.refresh(found.key, found.contributions, found.cause, setting.policy.reasons)
    if life.lead == found.key:
        life.probability, life.networks = found.probability, found.networks
        life.quality = _quality(found, view)
        seen = view or case.latest
        life.context = life.context if seen is None else seen.context
        if setting.confidence is not None:
            life.confidence = setting.confidence(found, view)


def _quality(found: Evidence, view: View | None) -> float | None:
    if view is None:
        return None
    shares = [view.quality[c.signal].share for c in found.contributions if c.signal in view.quality]
    return round(min(shares), 3) if shares else None


def tell(setting: Setting, case: Case, first: str, life: Life, status: Status, updated: int) -> Alert:
    """The next revision of an alert, kept under its first course; `updated` in ms UTC."""
    policy = setting.policy
    over = status == "resolved"
    condition, _, side = first.partition(":")
    spoken = _spoken(life)
    life.revision += 1
    return Alert(
        id=alert_id(case.wearer, first, life.onset),
        revision=life.revision,
        wearer=case.wearer,
        condition=cast("Condition", condition),
        status=status,
        priority=cast("Priority", PRIORITY[life.rank]),
        title=policy.rules[condition if over else condition_of(life.lead)].title,
        onset=life.onset,
        updated=updated,
        source=case.source,
        side=cast("Side", side),
        also=also(first, life),
        cause=life.off or life.cause,
        probability=life.probability,
        confidence=None if over else life.confidence,
        historic=life.historic,
        context=life.context,
        contributions=[]
        if over
        else life.contributions(policy.reasons, standing(case.judged.episodes, first)),
        quality=None if over else life.quality,
        models={name: case.versions[name] for name in life.networks if name in case.versions},
        config=policy.digest,
        advice=[] if over else _advice(setting, case, life, spoken),
        clears="" if over else _clears(policy, spoken),
        acknowledged_by=life.acknowledged,
        snooze=Snooze(life.snoozed, life.snoozer) if life.snoozed else None,
        usefulness=life.usefulness,
        delayed_s=life.delayed_s,
        suppressed=life.suppressed,
        answer=answer_of(life.answer, life.answerer),
    )


def also(first: str, life: Life) -> list[Condition]:
    """The other conditions of an alert, in the order in which they joined."""
    others = dict.fromkeys(condition_of(course) for course in life.joined)
    others.pop(condition_of(first), None)
    return cast("list[Condition]", list(others))


def _spoken(life: Life) -> list[str]:
    """Courses whose evidence is behind the alert, the one that speaks first."""
    return [life.lead, *(course for course in life.reasons if course != life.lead)]


def _clears(policy: Policy, courses: Iterable[str]) -> str:
    return " and ".join(dict.fromkeys(policy.rule_of(course).clears for course in courses))


def _advice(setting: Setting, case: Case, life: Life, courses: Sequence[str]) -> list[Advice]:
    """Advice for each condition behind the alert, once, the most urgent first."""
    found: list[Advice] = []
    for course in sorted(courses, key=lambda course: -_rank(setting.policy, case, life, course)):
        found += [advice for advice in _advice_on(setting, case, life, course) if advice not in found]
    return found


def _rank(policy: Policy, case: Case, life: Life, course: str) -> int:
    """How urgent one of its courses is by itself; the alert is as urgent as the gravest."""
    episode = case.judged.episodes.get(course)
    return life.rank if episode is None else min(rank_of(policy, course, episode, life), life.rank)


def _advice_on(setting: Setting, case: Case, life: Life, course: str) -> list[Advice]:
    condition, _, side = course.partition(":")
    if setting.advise is None:
        return [Advice(text, source) for text, source in setting.policy.rules[condition].advice]
    cause = life.causes.get(course)
    leeway, rank = case.leeway, _rank(setting.policy, case, life, course)
    return setting.advise(
        Asked(
            condition, side, PRIORITY[rank], life.context, cause, leeway.person, case.now,
            leeway.oxygen_scale, life.historic, PRIORITY[life.rank] if rank < life.rank else "",
        )
    )  # fmt: skip


def updated(found: Evidence, view: View | None) -> int:
    """The time up to which evidence speaks, ms UTC."""
    return found.time if view is None else found.time + MINUTE
