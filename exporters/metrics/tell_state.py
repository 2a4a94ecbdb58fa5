"""How a worker tells of checkpoints, of partitions that come and go, and of recoveries."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry

from exporters.metrics.labels import BoundedLabel
from exporters.metrics.state_part import StateMetrics

UNREADABLE = ("forged", "damaged")
"""Why a stored page is not used (`pages.Unreadable`); pages of other versions end the worker."""


class TellsState:
    """Checkpoints, commits, rebalances and recoveries."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._state = StateMetrics(registry)
        self._cold = BoundedLabel()
        self._state.partitions.set(0)
        # All pages of a recovery are refused at once: what begins with that shows no increase.
        for reason in UNREADABLE:
            self._state.cold_starts.labels(self._cold(reason))

    def checkpoint(
        self, partition: int, pages: int, size_bytes: int, seconds: float, now: float | None = None
    ) -> None:
        """A checkpoint is complete: the broker has confirmed every page and the chunks are acknowledged."""
        self._state.checkpoint_time.labels(partition).set(time.time() if now is None else now)
        self._state.checkpoint_seconds.observe(seconds)
        self._state.checkpoint_bytes.observe(size_bytes)
        self._state.checkpoint_pages.inc(pages)

    def state_bytes(self, partition: int, stored: int) -> None:
        """Bytes of all pages of a partition as they were stored last."""
        self._state.state_bytes.labels(partition).set(stored)

    def cold_start(self, reason: str) -> None:
        """A stored page was not used."""
        self._state.cold_starts.labels(self._cold(reason)).inc()

    def intrusion(self) -> None:
        """Another worker wrote state of a partition that is this one's."""
        self._state.intrusions.inc()

    def committed(self, partition: int, offset: int, now: float | None = None) -> None:
        """The committed offset moved, or is seen to be at the end of the log."""
        self._state.committed.labels(partition).set(offset)
        self._state.commit_time.labels(partition).set(time.time() if now is None else now)

    def rebalanced(self, partitions: int) -> None:
        """A rebalance gave so many partitions to this worker."""
        self._state.rebalances.inc()
        self._state.partitions.set(partitions)

    def recovered(self, seconds: float) -> None:
        """The state of the partitions given was read."""
        self._state.recovery.observe(seconds)

    def resumed(self, seconds: float) -> None:
        """A partition goes on, so long after the rebalance."""
        self._state.pause.observe(seconds)

    def took_over(self, log_ms: int, now: float | None = None) -> None:
        """The first record decided of a partition after a rebalance has log time `log_ms`."""
        self._state.first_wait.observe(max(0.0, (time.time() if now is None else now) - log_ms / 1000))
