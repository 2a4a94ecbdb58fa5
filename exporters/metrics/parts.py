"""The worker's metrics by concern: each part makes its own on the registry it is given.

Names follow Prometheus: prefix `vitalstream_`, base units, `_total` for counters. Times of the last
success are exported as timestamps, so that `time() - x` keeps growing when the worker hangs.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

NAMESPACE = "vitalstream"
PARTITION = ("partition",)

# The objective is 150 ms at p99: buckets are dense around it.
LATENCY_BUCKETS = (
    0.005,
    0.01,
    0.025,
    0.05,
    0.075,
    0.1,
    0.125,
    0.15,
    0.2,
    0.3,
    0.5,
    1,
    2.5,
    5,
    10,
    30,
    60,
    300,
)
MODEL_BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1)
STAGE_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
CHECKPOINT_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
ROW_BUCKETS = (1, 2, 4, 8, 16, 24, 32, 64, 128, 256, 1024)
RECORD_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096)
DIFFERENCE_BUCKETS = (0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
BYTE_BUCKETS = tuple(4.0**power for power in range(5, 15))  # 1 kB to 268 MB


class _Part:
    """Makes metrics on one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, NAMESPACE, registry=self._registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(name, text, labels, NAMESPACE, registry=self._registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(name, text, labels, NAMESPACE, registry=self._registry, buckets=buckets)


class FlowMetrics(_Part):
    """What came in, what became of it, and how far behind the partitions are."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(registry)
        self.packets = self._counter(
            "packets_total", "Vitals packets by outcome; the outcomes add up to all packets read.", "outcome"
        )
        self.dead_letters = self._counter(
            "dead_letters_total", "Records sent to the dead-letter topic, by reason.", "reason"
        )
        self.chunk_records = self._histogram("chunk_records", "Records in a chunk.", RECORD_BUCKETS)
        self.chunk_seconds = self._histogram(
            "chunk_seconds", "Time from taking a chunk to its last effect.", STAGE_BUCKETS
        )
        self.stage_seconds = self._histogram(
            "stage_seconds",
            "Time a chunk spends in a stage: observe (decoding, features, River), infer, decide, effects.",
            STAGE_BUCKETS,
            "stage",
        )
        self.lag = self._gauge(
            "consumer_lag_records", "Records of the partition that are not processed yet.", *PARTITION
        )
        self.stream_time = self._gauge(
            "stream_timestamp_seconds",
            "Stream time: the newest event time accepted in the partition.",
            *PARTITION,
        )
        self.watermark_age = self._gauge(
            "watermark_age_seconds",
            "Event time from the oldest watermark of the partition's live wearers to its stream time.",
            *PARTITION,
        )
        self.wearers = self._gauge("wearers", "Wearers whose state is in this worker's memory.", *PARTITION)
        self.rewinds = self._counter(
            "rewinds_total", "Times the consumer went back because fetched records had been dropped."
        )
        self.gaps = self._counter(
            "offset_gaps_total", "Holes in the log itself (retention, transaction markers)."
        )
        self.gap_offsets = self._counter("offset_gap_offsets_total", "Offsets that those holes span.")

    def by_partition(self) -> tuple[Gauge, ...]:
        """Gauges that end with a partition's revocation."""
        return (self.lag, self.stream_time, self.watermark_age, self.wearers)


class AlertMetrics(_Part):
    """Alerts, how fast they got out, and whether Redis takes them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(registry)
        self.alerts = self._counter(
            "alerts_total", "Alert revisions decided.", "condition", "priority", "status"
        )
        self.answers = self._counter(
            "answers_total", "What people said to alerts.", "action", "useful", "known"
        )
        self.foretold = self._gauge(
            "usefulness_answers", "Answers that were foretold before they were learnt.", *PARTITION, "cohort"
        )
        self.brier = self._gauge(
            "usefulness_brier_score", "Mean squared error of that; .25 is a coin's.", *PARTITION, "cohort"
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
        return (self.pending, self.foretold, self.brier)


class StateMetrics(_Part):
    """Checkpoints, commits and what could not be recovered."""

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
        self.cold_starts = self._counter(
            "snapshot_cold_starts_total", "Stored pages that were not used, by reason.", "reason"
        )
        self.committed = self._gauge("committed_offset", "The partition's committed offset.", *PARTITION)
        self.commit_time = self._gauge(
            "commit_timestamp_seconds", "When the committed offset last moved or was at the end.", *PARTITION
        )

    def by_partition(self) -> tuple[Gauge, ...]:
        """Gauges that end with a partition's revocation."""
        return (self.checkpoint_time, self.committed, self.commit_time)


class ModelMetrics(_Part):
    """What the networks cost, and which versions run."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(registry)
        self.batch_rows = self._histogram("model_batch_rows", "Rows of one model run.", ROW_BUCKETS, "model")
        self.seconds = self._histogram("model_run_seconds", "Time of one model run.", MODEL_BUCKETS, "model")
        self.errors = self._counter(
            "model_errors_total",
            "Rows that a network gave no answer to, and explanations that failed; judged without it.",
            "model",
        )
        self.model_info = self._gauge(
            "model_info",
            "1 for each network that is to judge: the version that the registry wants.",
            "model",
            "version",
        )
        self.shadow_info = self._gauge(
            "shadow_info", "1 for each version that scores beside and judges nothing.", "model", "version"
        )
        self.refused = self._counter(
            "model_refused_total", "Times something in the registry was refused, by reason.", "reason"
        )
        self.switches = self._counter(
            "model_switches_total", "Partitions that went over to another line-up of networks."
        )
        self.shadow_rows = self._counter("shadow_rows_total", "Rows scored by shadows.", "model")
        self.shadow_difference = self._histogram(
            "shadow_difference",
            "Absolute difference between a shadow's first output and that of the version that judged.",
            DIFFERENCE_BUCKETS,
            "model",
        )
        self.shadow_seconds = self._histogram(
            "shadow_run_seconds", "Time of one run of a shadow.", MODEL_BUCKETS, "model"
        )
        self.shadow_errors = self._counter("shadow_errors_total", "Runs of shadows that failed.", "model")
        self.shadow_dropped = self._counter(
            "shadow_dropped_rows_total", "Rows that no shadow scored because they came too fast.", "model"
        )
        own = ("signal", "cohort")
        self.foretold = self._counter(
            "own_normal_foretold_total", "Values that an own usual foretold before it learnt them.", *own
        )
        self.error_spreads = self._counter(
            "own_normal_error_spreads_total",
            "Sum of its absolute errors, in the spreads it believed in.",
            *own,
        )
        self.error = self._counter(
            "own_normal_error_total", "Sum of its absolute errors, in the signal's unit.", *own
        )
        self.naive_error = self._counter(
            "own_normal_naive_error_total", "The same, had the last value been taken for the next.", *own
        )
        self.build_info = self._gauge(
            "build_info", "1; what this worker is made of.", "version", "python", "faust", "config"
        )
