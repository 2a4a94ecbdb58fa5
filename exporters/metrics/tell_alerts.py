"""How a worker tells of alerts, of the burden they are, and of what people say to them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import get_args

from prometheus_client import CollectorRegistry

from exporters.alerts.errors import ErrorKind
from exporters.metrics.alert_part import AlertMetrics
from exporters.metrics.labels import BoundedLabel
from streams.records import Alert, Feedback, Priority

ANY = "any"


class TellsAlerts:
    """Alerts on their way, what is held back, and what people make of them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._alerts = AlertMetrics(registry)
        self._kind, self._group, self._held = BoundedLabel(), BoundedLabel(), BoundedLabel()
        self._answered: dict[int, Mapping[str, tuple[int, float]]] = {}
        self._alerts.reading_stopped.set(0)
        for priority in (ANY, *get_args(Priority)):
            self._alerts.burden.labels(priority)
        for kind in get_args(ErrorKind):
            self._alerts.redis_errors.labels(self._kind(kind))

    def alert(self, alert: Alert) -> None:
        """A revision was decided (once for each, not for each attempt to send it)."""
        self._alerts.alerts.labels(alert.condition, alert.priority, alert.status).inc()

    def held_back(self, condition: str, reason: str) -> None:
        """What was long enough for an alert is over, and was held back to its end."""
        self._alerts.held_back.labels(condition, self._held(reason)).inc()

    def wearer_day(self, priorities: Iterable[str]) -> None:
        """A wearer's day with data is over; `priorities` of the alerts raised on it."""
        raised = list(priorities)
        self._alerts.burden.labels(ANY).observe(len(raised))
        for priority in get_args(Priority):
            self._alerts.burden.labels(priority).observe(raised.count(priority))

    def acknowledged(self, priority: str, seconds: float) -> None:
        """Somebody has taken an alert on, so much stream time after it was raised."""
        self._alerts.acknowledged.labels(priority).observe(max(0.0, seconds))

    def answered(self, partition: int, cohorts: Mapping[str, tuple[int, float]]) -> None:
        """How well a partition's answers were foretold, by cohort (`age/sex`): how many, and Brier score."""
        gone = self._answered.get(partition, {}).keys()
        self._answered[partition] = cohorts
        for cohort in gone | cohorts.keys():
            told = [of[cohort] for of in self._answered.values() if cohort in of]
            name = self._group("_".join(reversed(cohort.split("/"))))
            answers = sum(count for count, _ in told)
            squared = sum(count * brier for count, brier in told)
            self._alerts.foretold.labels(name).set(answers)
            self._alerts.brier.labels(name).set(squared / answers if answers else float("nan"))

    def answer(self, feedback: Feedback, known: bool) -> None:
        """A person said something to an alert; `known`: the alert is one that is kept."""
        useful = {None: "unsaid", True: "yes", False: "no"}[feedback.useful]
        self._alerts.answers.labels(feedback.action, useful, "yes" if known else "no").inc()

    def alert_taken(self, log_ms: int, now: float | None = None) -> None:
        """The sink has answered for an alert whose record has log time `log_ms`."""
        self._alerts.latency.observe(max(0.0, (time.time() if now is None else now) - log_ms / 1000))

    def pending_alerts(self, partition: int, count: int) -> None:
        """Alerts waiting for Redis."""
        self._alerts.pending.labels(partition).set(count)

    def redis_error(self, kind: str) -> None:
        """A write failed; `kind` is `SinkUnavailable.kind`."""
        self._alerts.redis_errors.labels(self._kind(kind)).inc()

    def reading_stopped(self, stopped: bool) -> None:
        """Whether reading has stopped because too many alerts wait."""
        self._alerts.reading_stopped.set(stopped)
