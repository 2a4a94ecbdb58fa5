"""Metrics of alerts: how many, how fast, how heavy on people, and what people make of them."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge

from exporters.metrics.part import ANSWER_BUCKETS, BURDEN_BUCKETS, LATENCY_BUCKETS, PARTITION, Part


class AlertMetrics(Part):
    """Alerts, how fast they got out, whether Redis takes them, and what people make of them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(registry)
        self.alerts = self._counter(
            "alerts_total", "Alert revisions decided.", "condition", "priority", "status"
        )
        self.held_back = self._counter(
            "alerts_held_back_total",
            "Courses that lasted long enough for an alert and ended without one, by what held it back last:"
            " rate (the wearer's limit), snoozed, answers (a wait learnt from answers), improving.",
            "condition",
            "reason",
        )
        self.burden = self._histogram(
            "wearer_day_alerts",
            "Alerts raised for a wearer on a local day, once for each wearer-day with data, when the next one"
            " begins, also where there was none; by priority when raised, `any` = all. At most 16 are told"
            " apart.",
            BURDEN_BUCKETS,
            "priority",
        )
        self.acknowledged = self._histogram(
            "acknowledgement_seconds",
            "Stream time from an alert's raise to its first acknowledgement.",
            ANSWER_BUCKETS,
            "priority",
        )
        self.answers = self._counter(
            "answers_total", "What people said to alerts.", "action", "useful", "known"
        )
        self.foretold = self._gauge(
            "usefulness_answers",
            "Answers whose usefulness was foretold before they were learnt, by cohort.",
            "cohort",
        )
        self.brier = self._gauge(
            "usefulness_brier_score", "Mean squared error of that; .25 is a coin's.", "cohort"
        )
        self.latency = self._histogram(
            "alert_latency_seconds",
            "Wall time from the log time of the record that caused an alert to the sink's answer.",
            LATENCY_BUCKETS,
        )
        self.pending = self._gauge("pending_alerts", "Alerts that Redis has not taken yet.", *PARTITION)
        self.redis_errors = self._counter("redis_errors_total", "Failed writes to Redis, by kind.", "kind")
        self.reading_stopped = self._gauge(
            "reading_stopped", "1 while reading has stopped because too many alerts wait for Redis."
        )

    def by_partition(self) -> tuple[Gauge, ...]:
        """Gauges that end with a partition's revocation."""
        return (self.pending,)
