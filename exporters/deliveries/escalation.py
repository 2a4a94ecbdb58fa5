"""One alert on one route, as a pure machine over given times: whom to tell, when, and who is next.

The first to be told are those of `to`. While nobody acknowledges or snoozes it and it is open, those of
each step of `escalate` are told in turn, each so many minutes after those before; `rounds` says how often
all of that happens. Whoever was told hears of every later revision that the route wants.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from msgspec import Struct, structs

from exporters.deliveries.quiet import release
from exporters.deliveries.routes import RANKS, Reminders, Route, needs_answer
from streams.records import Alert, Priority

MINUTE_MS = 60_000
_OPENING = frozenset({"raised", "escalated", "reminded"})


class Course(Struct, frozen=True):
    """What a route remembers of an alert. Times are ms of the wall clock."""

    revision: int = 0
    priority: Priority = "info"
    told: bool = False
    open: bool = True
    running: bool = False
    """Somebody was told and nobody has answered."""
    nudges: int = 0
    """Steps of escalation that were taken since nobody had answered."""
    reached: int = 0
    """Steps that were ever reached: those of them hear what comes."""
    since: int = 0
    """When those before were told: from then the next step's minutes count."""
    reminders: int = 0
    reminded: int = 0


class Tell(NamedTuple):
    """Tell a receiver of the alert as it is now, not before `at`; `nudge` = 0 for a revision itself."""

    receiver: str
    at: int
    nudge: int = 0


def hear(
    route: Route, wearers: Sequence[str], course: Course, alert: Alert, now: int
) -> tuple[Course, list[Tell]]:
    """A revision came; one that is not newer than what is known changes nothing.

    `wearers` are globs; empty = everybody.
    """
    if alert.revision <= course.revision:
        return course, []
    passes = _wants(route, wearers, course, alert) and _is_due(route.reminders, course, alert, now)
    at = release(route.quiet, alert.priority, now) if passes else now
    course = structs.replace(
        course,
        revision=alert.revision,
        priority=alert.priority,
        open=alert.status != "resolved",
        told=course.told or passes,
    )
    course = _running(course, alert, at)
    if not passes:
        return course, []
    if alert.status == "reminded":
        course = structs.replace(course, reminders=course.reminders + 1, reminded=now)
    return course, [Tell(name, at) for name in _hearers(route, course.reached)]


def due(route: Route, course: Course) -> int | None:
    """When the next step of escalation is to be taken; None = never, as things stand."""
    nudges = route.rounds * (len(route.escalate) + 1) - 1 if route.escalate else 0
    if not course.running or course.nudges >= nudges:
        return None
    # Before the first receivers are told again, the last step's minutes pass: place 0 - 1 is that step.
    step = route.escalate[_place(route, course.nudges + 1) - 1]
    return release(route.quiet, course.priority, course.since + step.after_minutes * MINUTE_MS)


def tick(route: Route, course: Course, now: int) -> tuple[Course, list[Tell]]:
    """Time has passed: one step of escalation at most, however late it is."""
    planned = due(route, course)
    if planned is None or planned > now:
        return course, []
    nudge = course.nudges + 1
    place = _place(route, nudge)
    names = route.escalate[place - 1].to if place else route.to
    at = release(route.quiet, course.priority, now)
    course = structs.replace(course, nudges=nudge, reached=max(course.reached, place), since=at)
    return course, [Tell(name, at, nudge) for name in dict.fromkeys(names)]


def _place(route: Route, nudge: int) -> int:
    """Which step a nudge is; 0 = the first receivers again."""
    return nudge % (len(route.escalate) + 1)


def _hearers(route: Route, reached: int) -> Iterable[str]:
    steps = route.escalate[:reached]
    return dict.fromkeys([*route.to, *(name for step in steps for name in step.to)])


def _running(course: Course, alert: Alert, told: int) -> Course:
    """Begin to count when nobody has it in hand; begin anew when it was in hand before."""
    running = course.told and needs_answer(alert)
    if running and not course.running:
        return structs.replace(course, running=True, nudges=0, since=told)
    # What was to be told after quiet hours and has become `high` is told now: count from now.
    since = min(course.since, told) if alert.priority == "high" else course.since
    return structs.replace(course, running=running, since=since)


def _wants(route: Route, wearers: Sequence[str], course: Course, alert: Alert) -> bool:
    if wearers and not any(fnmatchcase(alert.wearer, glob) for glob in wearers):
        return False
    if route.conditions and not {alert.condition, *alert.also} & set(route.conditions):
        return False
    if course.told:
        return alert.status in route.statuses
    return RANKS[alert.priority] >= RANKS[route.priority] and _opens(route, alert)


def _opens(route: Route, alert: Alert) -> bool:
    """Whether who knows nothing of an alert yet wants to hear of it now."""
    opening = _OPENING & set(route.statuses)
    if alert.status in _OPENING:
        # What a route hears of first is new to it, whatever it is to others.
        return alert.status in opening or "raised" in opening
    return alert.status in route.statuses and not (alert.status == "resolved" and opening)


def _is_due(limit: Reminders, course: Course, alert: Alert, now: int) -> bool:
    if alert.status != "reminded" or not course.told:
        return True
    apart = now - course.reminded >= limit.apart_minutes * MINUTE_MS
    return apart and course.reminders < limit.at_most
