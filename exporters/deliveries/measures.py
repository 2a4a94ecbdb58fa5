"""What deliveries tell Prometheus; labels are names of the file of routes and a few words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from exporters.deliveries.outcomes import Fault

NAMESPACE = "vitalstream"
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 6 * 3600, 24 * 3600)
Loss = Literal["refused", "expired"]
OTHER = "other"
"""Receivers that the file of routes has no more."""


class DeliveryMetrics:
    """Counts and measures of `vitalstream deliver`, on the registry it is given."""

    def __init__(self, registry: CollectorRegistry, receivers: Iterable[str], routes: Iterable[str]) -> None:
        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(name, text, labels, NAMESPACE, registry=registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(name, text, labels, NAMESPACE, registry=registry)

        self._receivers, self._routes = frozenset(receivers), frozenset(routes)
        self._queued = counter("deliveries_queued", "Messages that a route has queued.", "route")
        self._done = counter("deliveries", "Attempts by their outcome.", "receiver", "outcome")
        self._lost = counter("deliveries_lost", "Messages given up.", "receiver", "reason")
        self._waiting = gauge("deliveries_waiting", "Messages that wait.", "receiver")
        self._oldest = gauge("deliveries_oldest_waiting_seconds", "Age of the oldest that waits.", "receiver")
        self._disabled = gauge("delivery_disabled", "1 while nothing is sent there.", "receiver")
        self._seconds = Histogram(
            "delivery_seconds",
            "From when an alert was to be told to the receiver's answer.",
            ("receiver",),
            NAMESPACE,
            registry=registry,
            buckets=BUCKETS,
        )
        self._gaps = counter("delivery_gaps", "Times that revisions were gone before they were read.")
        self._read = gauge("delivery_read_timestamp_seconds", "When the stream of alerts last answered.")
        for name in self._receivers:
            self._done.labels(name, "delivered")
            self._disabled.labels(name).set(0)
        for name in (*self._receivers, OTHER):
            for reason in get_args(Loss):
                self._lost.labels(name, reason)
        for name in self._routes:
            self._queued.labels(name)

    def queued(self, route: str) -> None:
        """A route has made a message."""
        self._queued.labels(route).inc()

    def delivered(self, receiver: str, seconds: float) -> None:
        """A receiver has taken one, so long after the alert came into the stream."""
        self._done.labels(receiver, "delivered").inc()
        self._seconds.labels(receiver).observe(max(0.0, seconds))

    def failed(self, receiver: str, fault: Fault) -> None:
        """An attempt has failed."""
        self._done.labels(receiver, fault).inc()

    def lost(self, receiver: str, reason: Loss) -> None:
        """A message was given up."""
        self._lost.labels(receiver if receiver in self._receivers else OTHER, reason).inc()

    def gap(self) -> None:
        """Revisions were trimmed before they were read."""
        self._gaps.inc()

    def read(self, now: int) -> None:
        """The stream has answered at `now` (ms)."""
        self._read.set(now / 1000)

    def receiver(self, name: str, waiting: int, oldest_s: float, disabled: bool) -> None:
        """How one receiver fares."""
        self._waiting.labels(name).set(waiting)
        self._oldest.labels(name).set(oldest_s)
        self._disabled.labels(name).set(disabled)
