"""What has been told of one alert: its id's parts, its revision, what people said, and what is due next."""

from __future__ import annotations

from collections.abc import Container, Sequence

import msgspec

from models.policy.rules import PRIORITY, RANK, Policy
from streams.records import Contribution, Status


class Reason(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One vital behind an alert, kept short."""

    signal: str
    value: float
    unit: str
    usual: float | None = None
    change: float | None = None
    share: float | None = None

    @classmethod
    def of(cls, found: Contribution) -> Reason:
        """The short form of a contribution; its stretches are not kept."""
        return cls(found.signal, found.value, found.unit, found.usual, found.change, found.share)


class Mute(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A snooze that goes on after its alert is over: no new alert of this rank or below until then."""

    until: int
    rank: int


HEARD = 16
"""Ids of answers that an alert remembers: more are not copied at once, or are of no matter."""


class Life(msgspec.Struct, array_like=True, gc=False):
    """An alert that is out. Times are stream times, ms UTC, except the onset."""

    onset: int
    rank: int = 0
    """Of its priority."""
    revision: int = 0
    historic: bool = False
    lead: str = ""
    """The course that speaks: the most urgent one; the alert's id is that of its first."""
    joined: list[str] = []
    """Other courses of the same cause that have joined it, in that order."""
    news: int = 0
    """How often it was told anew only because a condition joined."""
    told: int = 0
    """When it was last told by itself: raised, escalated or reminded."""
    reminders: int = 0
    acknowledged: str | None = None
    """Who has taken it on; None = nobody."""
    snoozed: int = 0
    """Until when it is silent; 0 = it is not."""
    snoozer: str = ""
    answer: int = 0
    """What was answered last, as a number that tells answers apart; 0 = nothing."""
    off: str = ""
    """Why nothing is heard of its signals, once that was told."""
    lapsed: bool = False
    """One of its courses ended because nobody could judge it any more."""
    usefulness: float | None = None
    delayed_s: int = 0
    suppressed: int = 0
    reasons: dict[str, list[Reason]] = {}
    """The newest vitals behind it, by course."""
    probability: float | None = None
    confidence: float | None = None
    quality: float | None = None
    context: str = ""
    causes: dict[str, str] = {}
    """What evidence says of its cause, by course."""
    networks: tuple[str, ...] = ()
    grave: list[str] = []
    """Conditions that were `high` in it: of each people are told although they have taken it on, once."""
    answerer: str = ""
    """Who answered last."""
    heard: list[str] = []
    """Ids of what was said last: a copy that is made again after a crash says nothing new."""

    def hears(self, said: str) -> bool:
        """Note what is said, by its id; False when it was heard before."""
        if said in self.heard:
            return False
        self.heard = [*self.heard[1 - HEARD :], said]
        return True

    def note(self, condition: str, rank: int) -> None:
        """Note that a condition has risen to this rank."""
        if rank == RANK["high"] and condition not in self.grave:
            self.grave.append(condition)

    def signals(self) -> set[str]:
        """The signals that it rests on."""
        return {reason.signal for reasons in self.reasons.values() for reason in reasons}

    @property
    def cause(self) -> str | None:
        """What evidence says of the cause, the course that speaks first."""
        ranked = sorted(self.causes, key=lambda course: course != self.lead)
        return "; ".join(dict.fromkeys(self.causes[course] for course in ranked)) or None

    def contributions(self, most: int, standing: Container[str]) -> list[Contribution]:
        """The vitals behind it, those of the course that speaks first; shares add up to 1 at most.

        Only those of courses that are `standing`, if any is: what has come back is not what it was.
        """
        still = [course for course in self.reasons if course in standing] or list(self.reasons)
        spoken = sorted(still, key=lambda course: course != self.lead)
        shares: dict[str, float | None] = {}
        kept: dict[str, Reason] = {}
        for course in spoken:
            for reason in self.reasons[course]:
                kept.setdefault(reason.signal, reason)
                shares[reason.signal] = _sum(shares.get(reason.signal), reason.share, len(spoken))
        ranked = sorted(kept.values(), key=lambda reason: -(shares[reason.signal] or 0.0))
        return [
            Contribution(r.signal, r.value, r.unit, r.usual, r.change, shares[r.signal])
            for r in ranked[:most]
        ]

    @property
    def silence(self) -> Status | None:
        """As what it is told while people have it in hand; None = nobody has."""
        if self.acknowledged is not None:
            return "acknowledged"
        return "snoozed" if self.snoozed else None

    def due(self, now: int, policy: Policy, rank: int, improving: bool, woken: bool) -> bool:
        """Whether people are to be reminded of it now.

        `rank`: of the gravest condition whose evidence still says so. `improving`: its value comes back by
        itself. `woken`: its snooze has just ended.
        """
        if improving and policy.manners[PRIORITY[rank]].waits:
            return False
        following = self.next_reminder(policy, rank)
        return following is not None and (woken or now >= following)

    def next_reminder(self, policy: Policy, rank: int) -> int | None:
        """When the next reminder may come, in the manner of `rank`; None = not before a change."""
        manner = policy.manners[PRIORITY[rank]]
        if self.acknowledged is not None or self.snoozed or self.historic or (manner.waits and self.off):
            return None
        if not manner.remind_ms or (manner.remind_most and self.reminders >= manner.remind_most):
            return None
        return self.told + max(manner.remind_ms, policy.off_remind_ms if self.off else 0)

    def forget_people(self) -> None:
        """What people said was said of something milder."""
        self.acknowledged, self.snoozed, self.snoozer, self.reminders = None, 0, "", 0

    def refresh(self, course: str, found: Sequence[Contribution], cause: str | None, most: int) -> None:
        """Keep the newest vitals behind a course, and its cause."""
        self.reasons[course] = [Reason.of(contribution) for contribution in found[:most]]
        if cause is not None:
            self.causes[course] = cause
        else:
            self.causes.pop(course, None)

    def drop(self, course: str) -> None:
        """A course is over and others are not."""
        self.reasons.pop(course, None)
        self.causes.pop(course, None)


def _sum(before: float | None, share: float | None, courses: int) -> float | None:
    if share is None:
        return before
    return round((before or 0.0) + share / courses, 3)


def joinable(lives: dict[str, Life], course: str, policy: Policy, historic: bool) -> str | None:
    """The course whose alert a condition joins instead of making one of its own, if one is out."""
    if course in lives:
        return course
    for first, life in lives.items():
        if life.historic == historic and first in policy.groups.get(course, frozenset()):
            return first
    return None
