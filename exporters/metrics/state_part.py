"""Metrics of state: checkpoints, commits, rebalances, recoveries and what could not be recovered."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge

from exporters.metrics.part import BYTE_BUCKETS, CHECKPOINT_BUCKETS, PARTITION, PAUSE_BUCKETS, Part


class StateMetrics(Part):
    """Checkpoints, commits, partitions that come and go, and what could not be recovered."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(registry)
        self.checkpoint_time = self._gauge(
            "checkpoint_timestamp_seconds", "When the partition's last checkpoint was complete.", *PARTITION
        )
        self.checkpoint_seconds = self._histogram(
            "checkpoint_seconds",
            "Time from a checkpoint's first page to its acknowledgement.",
            CHECKPOINT_BUCKETS,
        )
        self.checkpoint_bytes = self._histogram(
            "checkpoint_size_bytes", "Bytes of a checkpoint.", BYTE_BUCKETS
        )
        self.checkpoint_pages = self._counter("checkpoint_pages_total", "Pages of state written.")
        self.state_bytes = self._gauge(
            "state_bytes",
            "Bytes of all pages of a partition as they were stored last (deflated); in memory their objects"
            " take several times as much.",
            *PARTITION,
        )
        self.cold_starts = self._counter(
            "snapshot_cold_starts_total", "Stored pages that were not used, by reason.", "reason"
        )
        self.intrusions = self._counter(
            "state_intrusions_total",
            "Times that state of a partition of this worker was found to have been written by another one too"
            " (a worker that was taken for dead); all of it is stored again.",
        )
        self.committed = self._gauge("committed_offset", "The partition's committed offset.", *PARTITION)
        self.commit_time = self._gauge(
            "commit_timestamp_seconds", "When the committed offset last moved or was at the end.", *PARTITION
        )
        self.rebalances = self._counter(
            "rebalances_total", "Times that this worker was given partitions, the first time included."
        )
        self.partitions = self._gauge("assigned_partitions", "Partitions of vitals that this worker has.")
        self.recovery = self._histogram(
            "recovery_seconds",
            "Time from when partitions were given to this worker until their state was read from the"
            " changelog.",
            PAUSE_BUCKETS,
        )
        self.pause = self._histogram(
            "partition_pause_seconds",
            "Time from a rebalance (this worker's partitions revoked, else given) until the partition's first"
            " chunk was decided, or nothing waited in it.",
            PAUSE_BUCKETS,
        )
        self.first_wait = self._histogram(
            "takeover_wait_seconds",
            "Wall time since the log time of the first record that was decided of a partition after a"
            " rebalance: how long it waited, whoever had the partition before.",
            PAUSE_BUCKETS,
        )

    def by_partition(self) -> tuple[Gauge, ...]:
        """Gauges that end with a partition's revocation."""
        return (self.checkpoint_time, self.state_bytes, self.committed, self.commit_time)
