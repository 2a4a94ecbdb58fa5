"""From revisions and from time to messages: the outbox's side of the routes."""

from __future__ import annotations

from collections.abc import Callable

from exporters.deliveries.escalation import Course, Tell, due, hear, tick
from exporters.deliveries.measures import DeliveryMetrics
from exporters.deliveries.outbox import Known, Outbox
from exporters.deliveries.routes import Routes
from streams.records import Alert

Queued = list[tuple[str, str]]
"""Route and receiver of each message."""


class Router:
    """Queues what the routes want, each message once, together with the stream position it came from."""

    def __init__(
        self, routes: Routes, outbox: Outbox, metrics: DeliveryMetrics, wake: Callable[[str], None]
    ) -> None:
        self._routes = routes
        self._outbox = outbox
        self._metrics = metrics
        self._wake = wake
        self._people = [name for name, found in routes.receivers.items() if found.kind == "push"]
        self._wearers = {name: routes.patterns(route) for name, route in routes.routes.items()}

    def take(self, stream_id: str, alert: Alert, now: int) -> None:
        """A revision came from the stream; it is accepted there at the time of its id."""
        with self._outbox.transaction():
            queued = self._hear(alert, int(stream_id.partition("-")[0]), now)
            self._outbox.move(stream_id)
        self._told(queued)

    def begin(self, place: str, alerts: list[Alert], now: int) -> None:
        """Start at a place of the stream, with alerts as they are now."""
        with self._outbox.transaction():
            queued = [tell for alert in alerts for tell in self._hear(alert, now, now)]
            self._outbox.move(place)
        self._told(queued)

    def tick(self, now: int) -> None:
        """Take the steps of escalation that are due."""
        while known := self._outbox.due_courses(now):
            with self._outbox.transaction():
                queued = [tell for course in known for tell in self._step(course, now)]
            self._told(queued)

    def _hear(self, alert: Alert, accepted: int, now: int) -> Queued:
        found: dict[str, tuple[str, Tell]] = {}
        in_hand: list[str] = []
        for name, route in self._routes.routes.items():
            before = self._outbox.course(alert.id, name)
            course, tells = hear(route, self._wearers[name], before, alert, now)
            if not course.told:
                continue
            if course != before:
                self._keep(name, course, alert, now)
            if before.running and not course.running:
                in_hand.append(name)
            for tell in tells:
                # Two routes to one receiver are one message: by the first of them, as soon as either allows.
                first, known = found.get(tell.receiver, (name, tell))
                found[tell.receiver] = (first, min(known, tell))
        queued = [
            (name, tell.receiver)
            for name, tell in found.values()
            if self._put(name, tell, alert, accepted, now)
        ]
        # After the news is queued, which looks at whether what it replaces was ever tried.
        for name in in_hand:
            self._outbox.take_back(alert, name, self._people)
        return queued

    def _step(self, known: Known, now: int) -> Queued:
        route = self._routes.routes.get(known.route)
        if route is None:
            # The file has it no more: what it began, it does not go on with.
            self._outbox.keep_course(known.route, known.course, known.alert, None, now)
            return []
        course, tells = tick(route, known.course, now)
        self._keep(known.route, course, known.alert, now)
        name, alert = known.route, known.alert
        return [(name, tell.receiver) for tell in tells if self._put(name, tell, alert, now, now)]

    def _keep(self, name: str, course: Course, alert: Alert, now: int) -> None:
        self._outbox.keep_course(name, course, alert, due(self._routes.routes[name], course), now)

    def _put(self, name: str, tell: Tell, alert: Alert, accepted: int, now: int) -> bool:
        newest_only = self._routes.receivers[tell.receiver].newest_only
        return self._outbox.put(tell, name, alert, max(accepted, tell.at), now, newest_only)

    def _told(self, queued: Queued) -> None:
        """Committed: now it counts, and the lanes may look."""
        for route, receiver in queued:
            self._metrics.queued(route)
            self._wake(receiver)
