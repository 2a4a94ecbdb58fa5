"""How a worker tells of packets, chunks, lag, wearers, and how the process itself fares."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Literal, get_args

from prometheus_client import CollectorRegistry

from exporters.metrics.flow_part import FlowMetrics
from exporters.metrics.labels import BoundedLabel
from exporters.metrics.wearer_part import WearerMetrics
from streams.records import Outcome

Stage = Literal["observe", "infer", "decide", "explain", "effects"]


class TellsFlow:
    """Packets and their outcomes, chunks and their stages, lag, wearers, loop and Kafka client."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._flow = FlowMetrics(registry)
        self._wearers = WearerMetrics(registry)
        self._reason, self._kafka = BoundedLabel(), BoundedLabel()
        # Who has just begun has not been kept waiting by Kafka.
        self.kafka_answered()
        # Counters that begin at 0 show their first increase in rate().
        for outcome in get_args(Outcome):
            self._flow.packets.labels(outcome)
        for stage in get_args(Stage):
            self._flow.stage_seconds.labels(stage)

    def packets(self, outcome: Outcome, count: int = 1) -> None:
        """`count` packets came to this end."""
        self._flow.packets.labels(outcome).inc(count)

    def dead_letter(self, reason: str, count: int = 1) -> None:
        """`count` records went to the dead-letter topic for `reason` (a code such as `bad_json`)."""
        self._flow.dead_letters.labels(self._reason(reason)).inc(count)

    def chunk(self, records: int, seconds: float) -> None:
        """A chunk is done."""
        self._flow.chunk_records.observe(records)
        self._flow.chunk_seconds.observe(seconds)

    def stage(self, stage: Stage, seconds: float) -> None:
        """A chunk has passed one stage."""
        self._flow.stage_seconds.labels(stage).observe(seconds)

    def lag(
        self, partition: int, records: int, decided_ms: int | None = None, now: float | None = None
    ) -> None:
        """Records between what is processed and the end of the log; log time (ms) of the newest decided."""
        self._flow.lag.labels(partition).set(records)
        if records <= 0:
            self._flow.lag_time.labels(partition).set(0)
        elif decided_ms is not None:
            waited = (time.time() if now is None else now) - decided_ms / 1000
            self._flow.lag_time.labels(partition).set(max(0.0, waited))

    def stream_time(self, partition: int, stream_ms: int, oldest_watermark_ms: int | None = None) -> None:
        """Newest event time accepted, and the oldest watermark among live wearers (both ms)."""
        self._flow.stream_time.labels(partition).set(stream_ms / 1000)
        if oldest_watermark_ms is not None:
            self._flow.watermark_age.labels(partition).set(max(0, stream_ms - oldest_watermark_ms) / 1000)

    def wearers(self, partition: int, count: int) -> None:
        """Wearers with state in memory."""
        self._wearers.wearers.labels(partition).set(count)

    def heard(self, partition: int, silent: int, devices: int, stale_devices: int) -> None:
        """Wearers who are silent, devices that are known, and those of them that are silent."""
        self._wearers.stale.labels(partition).set(silent)
        self._wearers.devices.labels(partition).set(devices)
        self._wearers.stale_devices.labels(partition).set(stale_devices)

    def windows(self, counts: Mapping[tuple[str, str], int]) -> None:
        """Windows of a minute, by signal of the catalogue and verdict of the quality gate."""
        for (signal, verdict), count in counts.items():
            self._wearers.windows.labels(signal, verdict).inc(count)

    def rewind(self) -> None:
        """The consumer went back to the offset it wanted."""
        self._flow.rewinds.inc()

    def gap(self, offsets: int) -> None:
        """A true hole of `offsets` offsets in the log was accepted."""
        self._flow.gaps.inc()
        self._flow.gap_offsets.inc(offsets)

    def kafka_error(self, kind: str) -> None:
        """The Kafka client warned of something, or failed; `kind` is the part of it that did."""
        self._flow.kafka_errors.labels(self._kafka(kind)).inc()

    def kafka_answered(self, now: float | None = None) -> None:
        """Kafka has said where partitions end."""
        self._flow.kafka_time.set(time.time() if now is None else now)

    def loop_delay(self, seconds: float) -> None:
        """The event loop woke a task so much too late."""
        self._flow.loop_delay.observe(max(0.0, seconds))
