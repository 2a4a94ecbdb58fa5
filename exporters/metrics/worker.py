"""What a worker tells Prometheus, as one object that the engine is given."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from exporters.metrics.tell_alerts import TellsAlerts
from exporters.metrics.tell_flow import TellsFlow
from exporters.metrics.tell_models import TellsModels
from exporters.metrics.tell_state import TellsState


class WorkerMetrics(TellsFlow, TellsAlerts, TellsState, TellsModels):
    """Counts and measures of one worker, on the registry it is given.

    No label ever names a wearer, a device or an alert. Where a time is asked for it is Unix seconds
    and defaults to now. Cheap enough for every chunk (microseconds); not for every sample.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        TellsFlow.__init__(self, registry)
        TellsAlerts.__init__(self, registry)
        TellsState.__init__(self, registry)
        TellsModels.__init__(self, registry)

    def revoked(self, partition: int) -> None:
        """The partition left this worker: its gauges end, so that nobody reads stale ones."""
        for part in (self._flow, self._wearers, self._alerts, self._state):
            for gauge in part.by_partition():
                gauge.remove_by_labels({"partition": str(partition)})
        self.answered(partition, {})
