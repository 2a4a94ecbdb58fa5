"""What a worker's metrics endpoint says, as numbers."""

from __future__ import annotations

import urllib.request
from dataclasses import dataclass, field

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

LATENCY = "vitalstream_alert_latency_seconds"
TIMEOUT_S = 5.0


@dataclass(slots=True)
class Figures:
    """One look at a worker."""

    outcomes: dict[str, int] = field(default_factory=dict)
    dead_letters: dict[str, int] = field(default_factory=dict)
    lag: int = 0
    pending: int = 0
    memory_bytes: int = 0
    buckets: list[tuple[float, float]] = field(default_factory=list)
    """Latency: upper bound (s) and how many at or below it, ascending."""

    @property
    def read(self) -> int:
        """Packets that came to an end, whatever end."""
        return sum(self.outcomes.values())

    def latency(self, share: float) -> float | None:
        """The latency (s) that this share of alerts stayed under; None before the first alert.

        Read off a histogram by linear interpolation, as Prometheus does.
        """
        if not self.buckets or not self.buckets[-1][1]:
            return None
        wanted = share * self.buckets[-1][1]
        low = below = 0.0
        for bound, count in self.buckets:
            if count >= wanted:
                if bound == float("inf"):
                    return low
                return low + (bound - low) * (wanted - below) / max(count - below, 1e-9)
            low, below = bound, count
        return low


def look(port: int, host: str = "127.0.0.1") -> Figures:
    """Scrape the metrics of the worker on this port. Raises OSError when it does not answer."""
    with urllib.request.urlopen(f"http://{host}:{port}/metrics", timeout=TIMEOUT_S) as answer:
        text = answer.read().decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    figures = Figures()
    figures.outcomes = _by_label(families.get("vitalstream_packets"), "outcome")
    figures.dead_letters = _by_label(families.get("vitalstream_dead_letters"), "reason")
    figures.lag = _total(families.get("vitalstream_consumer_lag_records"))
    figures.pending = _total(families.get("vitalstream_pending_alerts"))
    figures.memory_bytes = _total(families.get("process_resident_memory_bytes"))
    latency = families.get(LATENCY)
    if latency is not None:
        figures.buckets = sorted(
            (float(sample.labels["le"]), sample.value)
            for sample in latency.samples
            if sample.name.endswith("_bucket")
        )
    return figures


def _by_label(family: Metric | None, label: str) -> dict[str, int]:
    if family is None:
        return {}
    return {s.labels[label]: int(s.value) for s in family.samples if s.name.endswith("_total")}


def _total(family: Metric | None) -> int:
    return 0 if family is None else int(sum(sample.value for sample in family.samples))
