"""Metrics of wearers as a crowd: how many, how well their signals come, who is silent."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge

from exporters.metrics.part import PARTITION, Part


class WearerMetrics(Part):
    """How many wearers there are, how well their signals come, and which have gone silent."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(registry)
        self.wearers = self._gauge("wearers", "Wearers whose state is in this worker's memory.", *PARTITION)
        self.stale = self._gauge(
            "stale_wearers",
            "Wearers of whom nothing was heard for VITALSTREAM_STALE_S of stream time.",
            *PARTITION,
        )
        self.devices = self._gauge("devices", "Devices that wearers are known to have.", *PARTITION)
        self.stale_devices = self._gauge(
            "stale_devices",
            "Devices whose newest sample is older than VITALSTREAM_STALE_S of stream time, also where another"
            " device of the wearer is heard; one that is used by hand now and then counts too.",
            *PARTITION,
        )
        self.windows = self._counter(
            "signal_windows_total",
            "One-minute windows of a signal by verdict of the quality gate: good, partly (usable, with"
            " samples left out), or the cause that made it unusable.",
            "signal",
            "verdict",
        )

    def by_partition(self) -> tuple[Gauge, ...]:
        """Gauges that end with a partition's revocation."""
        return (self.wearers, self.stale, self.devices, self.stale_devices)
