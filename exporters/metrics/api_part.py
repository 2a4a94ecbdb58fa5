"""Metrics of `vitalstream api`: requests by route, open streams, gaps told, how far its reading is behind."""

from __future__ import annotations

import re

from prometheus_client import CollectorRegistry

from exporters.metrics.labels import BoundedLabel
from exporters.metrics.part import STAGE_BUCKETS, Part

UNKNOWN_ROUTE = "unknown"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "WEBSOCKET"})
_TEMPLATE = re.compile(r"/[A-Za-z0-9_./{}:-]*")


class ApiMetrics(Part):
    """What the API does. A route is its template, never an address: addresses name wearers."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(registry)
        self.requests = self._counter(
            "api_requests_total",
            "Requests by method, template of the route and status; a stream counts when it ends.",
            "method",
            "route",
            "status",
        )
        self.seconds = self._histogram(
            "api_request_seconds",
            "Time from a request to the end of its answer, streams left out.",
            STAGE_BUCKETS,
            "route",
        )
        self.streams = self._gauge("api_open_streams", "Live streams that are open.", "route")
        self.gaps = self._counter(
            "api_gaps_told_total",
            "Times a subscriber was told that alerts before their place are gone, by reason.",
            "reason",
        )
        self.alerts_up = self._gauge("api_alerts_up", "1 while the stream of alerts is read from Redis.")
        self.history_up = self._gauge("api_history_up", "1 while history is read from Kafka.")
        self.history_lag = self._gauge(
            "api_history_lag_records", "Records of traces, risks and alerts that history has not stored yet."
        )
        self.loop_delay = self._histogram(
            "api_event_loop_delay_seconds",
            "How much later than asked for the event loop woke a task, five times a second.",
            STAGE_BUCKETS,
        )
        self.kafka_errors = self._counter(
            "api_kafka_client_errors_total",
            "Warnings and errors of the API's Kafka clients, by the part that gave them.",
            "kind",
        )
        self._kind = BoundedLabel()
        for reason in ("trimmed", "reset"):
            self.gaps.labels(reason)

    def request(self, method: str, route: str, status: int, seconds: float | None) -> None:
        """A request was answered; `route` is a template, `seconds` None for a stream."""
        name = route if _TEMPLATE.fullmatch(route) else UNKNOWN_ROUTE
        self.requests.labels(method if method in METHODS else "other", name, str(status)).inc()
        if seconds is not None:
            self.seconds.labels(name).observe(seconds)

    def gap(self, reason: str) -> None:
        """A subscriber was told of a hole."""
        self.gaps.labels(reason).inc()

    def kafka_error(self, kind: str) -> None:
        """A Kafka client warned of something, or failed."""
        self.kafka_errors.labels(self._kind(kind)).inc()
