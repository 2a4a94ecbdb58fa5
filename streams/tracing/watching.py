"""Stands between the worker and its shards and sink, and tells the traces when what happened.

Without traces nothing stands there: they cost nothing when they are off.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from streams.engine.contracts import Effects, RawRecord
from streams.records import Alert
from streams.tracing.chunks import ChunkTraces

if TYPE_CHECKING:
    from streams.engine.bus.outbox import AlertWriter
    from streams.engine.contracts import Shard, ShardFactory


Stage = tuple[str, float, float]
"""Name, begin and end."""


class WatchedFactory:
    """Makes shards that are watched; all else is the factory's own."""

    def __init__(self, factory: ShardFactory, traces: ChunkTraces) -> None:
        self._factory, self._traces = factory, traces
        self._inferred: Stage = ("infer", 0.0, 0.0)

    def __call__(self, partition: int, pages: Mapping[bytes, bytes]) -> WatchedShard:
        """A shard from its stored pages."""
        return WatchedShard(self._factory(partition, pages), self._traces, lambda: self._inferred)

    def infer(self, works: Sequence[Any]) -> None:
        """Run the networks; each partition of a turn waits for the whole run."""
        begun = time.perf_counter()
        self._factory.infer(works)
        self._inferred = ("infer", begun, time.perf_counter())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._factory, name)


class WatchedShard:
    """A shard whose stages are timed; see `streams.engine.contracts.Shard`."""

    def __init__(self, shard: Shard, traces: ChunkTraces, inferred: Callable[[], Stage]) -> None:
        """`inferred` tells of the last run of the networks: that of the chunk to decide."""
        self._shard, self._traces, self._inferred = shard, traces, inferred
        self._records: Sequence[RawRecord] = ()
        self._stages: list[Stage] = []

    def observe(self, records: Sequence[RawRecord]) -> Any:
        """A new chunk; one before it that a rebalance overtook is forgotten."""
        self._records, self._stages = records, []
        return self._timed("observe", lambda: self._shard.observe(records))

    def decide(self, work: Any) -> bool:
        """Decide; the networks have run."""
        self._stages.append(self._inferred())
        return bool(self._timed("decide", lambda: self._shard.decide(work)))

    def explain(self, work: Any) -> None:
        """Explain."""
        self._timed("explain", lambda: self._shard.explain(work))

    def finish(self, work: Any) -> Effects:
        """The chunk's effects; its spans are made here."""
        effects: Effects = self._timed("finish", lambda: self._shard.finish(work))
        self._traces.decided(self._shard.partition, self._records, effects, self._stages)
        return effects

    def _timed(self, name: str, stage: Callable[[], Any]) -> Any:
        begun = time.perf_counter()
        answer = stage()
        self._stages.append((name, begun, time.perf_counter()))
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._shard, name)


class WatchedSink:
    """A sink whose writes are told to the traces; all else is the sink's own."""

    def __init__(self, sink: AlertWriter, traces: ChunkTraces) -> None:
        self._sink, self._traces = sink, traces

    async def write(self, alerts: Sequence[Alert]) -> None:
        """Write as the sink does. Raises SinkUnavailable."""
        begun = time.perf_counter()
        await self._sink.write(alerts)
        self._traces.written(alerts, begun, time.perf_counter())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sink, name)
