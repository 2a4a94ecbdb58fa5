"""What people say to an alert: taken on, silenced for a time, answered. None of it ends an alert."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from models.policy.answers import code_of
from models.policy.case import Case, Setting, Told
from models.policy.life import Life
from models.policy.rules import PRIORITY, Policy
from models.telling import alert_id, tell
from streams.records import Feedback, Status


def hear(setting: Setting, case: Case, feedback: Feedback) -> Told | None:
    """Take what a person says; the revision that shows it, if it changes anything.

    `case.unknown_feedback` tells afterwards whether anybody knew the alert.
    """
    first = _first(case, feedback.alert)
    life = None if first is None else case.judged.lives[first]
    if life is not None and not life.hears(feedback.id):
        return None
    learnt = case.usefulness is not None and case.usefulness.answered(feedback, case.now)
    case.unknown_feedback = life is None and not learnt
    if first is None or life is None:
        return None
    new = _note(feedback, life)
    status = ACTIONS[feedback.action](Said(feedback, life, case.now, setting.policy))
    status = "answered" if status is None and new else status
    return None if status is None else Told(tell(setting, case, first, life, status, case.now))


def _first(case: Case, alert: str) -> str | None:
    for first, life in case.judged.lives.items():
        if alert_id(case.wearer, first, life.onset) == alert:
            return first
    return None


class Said(NamedTuple):
    """What somebody says to an alert that is out, at a stream time (ms UTC)."""

    feedback: Feedback
    life: Life
    now: int
    policy: Policy


def _acknowledge(said: Said) -> Status | None:
    """Somebody has taken it on: no more reminders, and a snooze goes on. The first one counts."""
    if said.life.acknowledged is not None:
        return None
    said.life.acknowledged = said.feedback.author
    return "acknowledged"


def _snooze(said: Said) -> Status | None:
    """Silent until then, within the policy's bound; a time that is past changes nothing."""
    life, now = said.life, said.now
    manner = said.policy.manners[PRIORITY[life.rank]]
    until = min(_wanted(said.feedback, now, manner.snooze_ms), now + manner.snooze_most_ms)
    if until <= now or (life.snoozed, life.snoozer) == (until, said.feedback.author):
        return None
    life.snoozed, life.snoozer, life.acknowledged, life.reminders = until, said.feedback.author, None, 0
    return "snoozed"


def _wanted(feedback: Feedback, now: int, usual_ms: int) -> int:
    """Until when somebody wants silence, ms UTC of stream time."""
    if feedback.for_s is not None:
        return now + feedback.for_s * 1000
    return now + usual_ms if feedback.until is None else feedback.until


def _note(feedback: Feedback, life: Life) -> bool:
    """Keep what is said of use and truth, to show it; whether that is new. A comment takes nothing back."""
    said = feedback.useful is not None or feedback.true_alarm is not None
    if not said and (feedback.action != "answer" or life.answer):
        return False
    before, now = (life.answer, life.answerer), (code_of(feedback), feedback.author)
    life.answer, life.answerer = now
    return now != before


ACTIONS: dict[str, Callable[[Said], Status | None]] = {
    "acknowledge": _acknowledge,
    "snooze": _snooze,
    "answer": lambda _: None,
}
