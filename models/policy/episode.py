"""The course of one condition of one wearer: from first evidence to raised, escalated, resolved.

A small explicit machine over event time. Evidence comes as a level (0 none, 1, 2, 3: the condition's own
grades, mildest first). A level is confirmed when it has lasted its delay; gaps up to the grace do not
break it. The alert is resolved when there was no evidence for the clearing time.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from models.policy.rules import Rule

Change = Literal["raised", "escalated", "resolved"]


class Grade(msgspec.Struct, array_like=True, gc=False):
    """The run of evidence at or above one level; 0 = no run."""

    since: int = 0
    last: int = 0


class Episode(msgspec.Struct, gc=False):
    """Where one condition stands. Times are event times, ms UTC."""

    grades: list[Grade] = []
    clear_since: int = 0
    raised: int = 0
    """Confirmed level; 0 while no alert is out."""
    onset: int = 0
    revision: int = 0
    priority: str = ""
    historic: bool = False
    heard: int = 0
    """When there was evidence either way, the newest."""

    def update(self, time: int, level: int, rule: Rule, delay_ms: int | None = None) -> Change | None:
        """Take the evidence of one moment; gives what it changes, if anything.

        `delay_ms` stands for the delay of every grade, for evidence that looks back over a time of its own.
        """
        self.heard = max(self.heard, time)
        if len(self.grades) != len(rule.grades):  # also when the rule has changed under a stored course
            kept = self.grades[: len(rule.grades)]
            self.grades = kept + [Grade() for _ in range(len(rule.grades) - len(kept))]
            self.raised = min(self.raised, len(rule.grades))
        confirmed = self._confirm(time, level, rule, delay_ms)
        if confirmed > self.raised:
            return self._rise(confirmed)
        if level > 0:
            if time >= self.clear_since:
                self.clear_since = 0
        elif self.raised and time >= max(grade.last for grade in self.grades):
            # What another device delivers of an earlier time does not clear what is out now.
            return self._clear(time, rule)
        return None

    def lapsed(self, time: int, rule: Rule) -> bool:
        """Whether an alert is out and nothing has been heard of its reason for too long."""
        return bool(self.raised) and time - self.heard > rule.lapse_ms

    def idle(self, time: int, rule: Rule) -> bool:
        """Whether nothing is out and every run of evidence is over: nothing needs to be kept."""
        return not self.raised and all(time - grade.last > rule.grace_ms for grade in self.grades)

    def _confirm(self, time: int, level: int, rule: Rule, delay_ms: int | None) -> int:
        """Extend the runs of evidence; gives the highest level that has lasted its delay."""
        confirmed = 0
        for i, (grade, rule_grade) in enumerate(zip(self.grades, rule.grades, strict=True)):
            if grade.since and time - grade.last > rule.grace_ms:
                grade.since = 0
            if level <= i:
                continue
            if not grade.since:
                grade.since = time
            grade.last = max(grade.last, time)
            if time - grade.since >= (rule_grade.delay_ms if delay_ms is None else delay_ms):
                confirmed = i + 1
        return confirmed

    def _rise(self, confirmed: int) -> Change:
        change: Change = "escalated" if self.raised else "raised"
        if not self.raised:
            self.onset = min(grade.since for grade in self.grades if grade.since)
            self.revision = 0
        self.raised = confirmed
        self.clear_since = 0
        return change

    def _clear(self, time: int, rule: Rule) -> Change | None:
        if not self.clear_since:
            self.clear_since = time
        if time - self.clear_since < rule.clear_ms:
            return None
        self.grades, self.raised, self.clear_since = [], 0, 0
        return "resolved"
