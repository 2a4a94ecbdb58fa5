"""What a file of routes would do with an alert, without doing it."""

from __future__ import annotations

from msgspec import Struct

from exporters.deliveries.escalation import Course, Tell, due, hear, tick
from exporters.deliveries.routes import Detail, Routes
from streams.records import Alert, Priority, Source

PRIORITIES: tuple[Priority, ...] = ("high", "medium", "low", "info")


class Told(Struct, frozen=True):
    """A receiver would be told so many ms after the alert; `step` 0 = of itself, else by escalation."""

    priority: Priority
    route: str
    receiver: str
    after_ms: int
    step: int
    detail: Detail


def foretell(routes: Routes, alert: Alert, now: int) -> list[Told]:
    """Whom an alert that comes `now` (ms) reaches and when, if nobody ever answers; in order of time."""
    told = [one for name in routes.routes for one in _of_route(routes, name, alert, now)]
    return sorted(told, key=lambda one: one.after_ms)


def examples(wearer: str, now: int) -> list[Alert]:
    """A raised alert of each priority."""
    return [
        Alert(
            id=f"example-{priority}",
            revision=1,
            wearer=wearer,
            condition="anomaly",
            status="raised",
            priority=priority,
            title="An example: unusual for this wearer",
            onset=now,
            updated=now,
            source=Source("vitals", 0, 0),
        )
        for priority in PRIORITIES
    ]


def _of_route(routes: Routes, name: str, alert: Alert, now: int) -> list[Told]:
    route = routes.routes[name]
    course, tells = hear(route, routes.patterns(route), Course(), alert, now)
    found = list(tells)
    while (at := due(route, course)) is not None:
        course, tells = tick(route, course, at)
        found += tells
    return [_told(routes, name, alert, tell, now) for tell in found]


def _told(routes: Routes, name: str, alert: Alert, tell: Tell, now: int) -> Told:
    detail = routes.detail(name, tell.receiver)
    return Told(alert.priority, name, tell.receiver, tell.at - now, tell.nudge, detail)
