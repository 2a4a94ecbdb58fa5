"""What a survey of the logs' ends found of each partition, for the metrics."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from faust.types import TP

from streams.engine.bus.outbox import Outbox
from streams.engine.names import VITALS
from streams.engine.state.partitions import Partitions

if TYPE_CHECKING:
    from exporters.metrics.worker import WorkerMetrics


class Report:
    """Tells how far each partition of `vitals` is, and whom it holds."""

    def __init__(
        self,
        partitions: Partitions,
        outbox: Outbox,
        consumer: Callable[[], Any],
        metrics: WorkerMetrics,
        on_idle: Callable[[int], None] = lambda number: None,
    ) -> None:
        """`on_idle` gets the number of a partition in which nothing waits."""
        self._partitions, self._outbox = partitions, outbox
        self._consumer, self._metrics, self._on_idle = consumer, metrics, on_idle

    def take(self, tp: TP, position: int, end: int) -> None:
        """The next offset to process of a partition, and the end of its log."""
        if tp.topic != VITALS:
            return
        self._metrics.kafka_answered()
        found = self._partitions.find(tp.partition)
        decided_ms = None if found is None else found.decided_ms
        self._metrics.lag(tp.partition, end - position, decided_ms)
        if position >= end:
            self._on_idle(tp.partition)
        self._outbox.report([tp.partition])
        self._describe(tp.partition)
        committed = self._consumer().last_commit(tp)
        if committed is not None:
            self._metrics.committed(tp.partition, committed)

    def _describe(self, number: int) -> None:
        found = self._partitions.find(number)
        if found is None:
            return
        shard = found.shard
        self._metrics.wearers(number, shard.wearers)
        self._metrics.state_bytes(number, shard.stored_bytes)
        self._metrics.answered(number, shard.answered())
        if shard.stream_time:
            self._metrics.stream_time(number, shard.stream_time, shard.oldest_heard)
