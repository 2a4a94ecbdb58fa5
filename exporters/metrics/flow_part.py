"""Metrics of the flow: what came in, what became of it, and how far behind the partitions are."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge

from exporters.metrics.part import DELAY_BUCKETS, PARTITION, RECORD_BUCKETS, STAGE_BUCKETS, Part


class FlowMetrics(Part):
    """What came in, what became of it, and how far behind the partitions are."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(registry)
        self.packets = self._counter(
            "packets_total", "Vitals packets by outcome; the outcomes add up to all packets read.", "outcome"
        )
        self.dead_letters = self._counter(
            "dead_letters_total", "Records sent to the dead-letter topic, by reason.", "reason"
        )
        self.chunk_records = self._histogram(
            "chunk_records", "Records scored together, of one partition or several.", RECORD_BUCKETS
        )
        self.chunk_seconds = self._histogram(
            "chunk_seconds", "Time from taking what is scored together to its last effect.", STAGE_BUCKETS
        )
        self.stage_seconds = self._histogram(
            "stage_seconds",
            "Time that what is scored together spends in a stage: observe (decoding, features, River),"
            " infer, decide, explain, effects.",
            STAGE_BUCKETS,
            "stage",
        )
        self.lag = self._gauge(
            "consumer_lag_records", "Records of the partition that are not processed yet.", *PARTITION
        )
        self.lag_time = self._gauge(
            "consumer_lag_seconds",
            "Time since the log time of the newest record decided, while others wait; 0 when none does.",
            *PARTITION,
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
        self.rewinds = self._counter(
            "rewinds_total", "Times the consumer went back because fetched records had been dropped."
        )
        self.gaps = self._counter(
            "offset_gaps_total", "Holes in the log itself (retention, transaction markers)."
        )
        self.gap_offsets = self._counter("offset_gap_offsets_total", "Offsets that those holes span.")
        self.kafka_errors = self._counter(
            "kafka_client_errors_total",
            "Warnings and errors of the Kafka client, by the part of it that gave them.",
            "kind",
        )
        self.kafka_time = self._gauge(
            "kafka_answer_timestamp_seconds", "When Kafka last told this worker where its partitions end."
        )
        self.loop_delay = self._histogram(
            "event_loop_delay_seconds",
            "How much later than asked for the event loop woke a task, five times a second.",
            DELAY_BUCKETS,
        )

    def by_partition(self) -> tuple[Gauge, ...]:
        """Gauges that end with a partition's revocation."""
        return (self.lag, self.lag_time, self.stream_time, self.watermark_age)
