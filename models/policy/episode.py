"""The course of one condition of one wearer: from first evidence to raised, escalated, resolved.

A small explicit machine over event time. Evidence comes as a level (0 none, 1, 2, 3: the condition's own
grades, mildest first). A level is confirmed when it has lasted its delay; gaps up to the grace do not
break it. The course is over when there was no evidence for the clearing time. What is told of it, and when,
is decided elsewhere (`models.policy.life`): it may ask the course to wait.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from models.policy.rules import Rule
from models.policy.trend import Trend

Change = Literal["raised", "escalated", "resolved"]
May = Callable[[int, int], bool]
"""Whether a level may be confirmed now that has lasted so long beyond its delay (ms)."""


def always(_level: int, _longer_ms: int) -> bool:
    """Nothing makes the course wait."""
    return True


class Grade(msgspec.Struct, array_like=True, gc=False):
    """The run of evidence at or above one level; 0 = no run."""

    since: int = 0
    last: int = 0


class Episode(msgspec.Struct, array_like=True, gc=False):
    """Where one condition stands. Times are event times, ms UTC."""

    grades: list[Grade] = []
    clear_since: int = 0
    raised: int = 0
    """Confirmed level; 0 before that."""
    onset: int = 0
    heard: int = 0
    """When there was evidence either way, the newest."""
    alert: str = ""
    """The course whose alert tells of this one too: its own, or that of the first of its cause."""
    limited: bool = False
    """The rate limit holds it back, and that has been counted."""
    improving: bool = False
    """Its reading comes back by itself."""
    trend: Trend | None = None
    paused: bool = False
    """Its signals were lost: freedom from evidence before that does not count."""
    held: str = ""
    """What it waited for last although it had lasted its delay; empty = it never had to."""

    def update(
        self,
        time: int,
        level: int,
        rule: Rule,
        delay_ms: int | None = None,
        may: May = always,
        near: bool = False,
    ) -> Change | None:
        """Take the evidence of one moment; gives what it changes, if anything.

        A gap with evidence of freedom in it breaks a run sooner than one in which nothing was heard.
        `delay_ms` stands for the delay of every grade, for evidence that looks back over a time of its own.
        `near`: without evidence, but not far enough on the safe side to be clear.
        """
        before, self.heard = self.heard, max(self.heard, time)
        if len(self.grades) != len(rule.grades):  # also when the rule has changed under a stored course
            kept = self.grades[: len(rule.grades)]
            self.grades = kept + [Grade() for _ in range(len(rule.grades) - len(kept))]
            self.raised = min(self.raised, len(rule.grades))
        confirmed, longer = self._confirm(time, level, rule, delay_ms, before)
        if confirmed > self.raised and may(confirmed, longer):
            return self._rise(confirmed)
        if level > 0 or near:
            if time >= self.clear_since:
                self.clear_since, self.paused = 0, False
        elif self.raised and time >= max(grade.last for grade in self.grades):
            # What another device delivers of an earlier time does not clear what is out now.
            return self._clear(time, rule)
        return None

    def follow(self, time: int, beyond: float | None, rule: Rule, span_ms: int) -> None:
        """Watch where the reading goes: how far it is past the mildest edge, if there is such a number."""
        if rule.better is None or beyond is None:
            self.improving = False
            return
        if self.trend is None:
            self.trend = Trend()
        self.trend.take(time, beyond, span_ms)
        self.improving = self.trend.improving(time, beyond, rule.better, span_ms)

    @property
    def stands(self) -> bool:
        """Whether it is confirmed, and the newest evidence still says so.

        Freedom from evidence that ended with its signals does not count: nobody knows that it is over.
        """
        return bool(self.raised) and (not self.clear_since or self.paused)

    def lapsed(self, time: int, rule: Rule) -> bool:
        """Whether it is confirmed and nothing has been heard of its reason for too long."""
        return bool(self.raised) and time - self.heard > rule.lapse_ms

    def idle(self, time: int, rule: Rule) -> bool:
        """Whether nothing is out and every run of evidence is over: nothing needs to be kept."""
        return not self.raised and all(time - grade.last > rule.grace_ms for grade in self.grades)

    def _confirm(
        self, time: int, level: int, rule: Rule, delay_ms: int | None, before: int
    ) -> tuple[int, int]:
        """Extend the runs; gives the highest level that has lasted its delay, and how much longer (ms).

        `before` is when there was evidence either way, the newest but this.
        """
        confirmed = longer = 0
        for i, (grade, rule_grade) in enumerate(zip(self.grades, rule.grades, strict=True)):
            gap = rule.grace_ms if before > grade.last else max(rule.grace_ms, rule.missing_ms)
            if grade.since and time - grade.last > gap:
                grade.since = 0
            if level <= i:
                continue
            if not grade.since:
                grade.since = time
            grade.last = max(grade.last, time)
            beyond = time - grade.since - (rule_grade.delay_ms if delay_ms is None else delay_ms)
            if beyond >= 0:
                confirmed, longer = i + 1, beyond
        return confirmed, longer

    def _rise(self, confirmed: int) -> Change:
        change: Change = "escalated" if self.raised else "raised"
        if not self.raised:
            self.onset = min(grade.since for grade in self.grades if grade.since)
        self.raised = confirmed
        self.clear_since = 0
        return change

    def _clear(self, time: int, rule: Rule) -> Change | None:
        if not self.clear_since or self.paused:
            self.clear_since, self.paused = time, False
        if time - self.clear_since < rule.clear_ms:
            return None
        self.grades, self.raised, self.clear_since = [], 0, 0
        return "resolved"
