"""The agent of `vitals`: takes chunks through the core, one after the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from concurrent.futures import Executor
from typing import Any, Protocol

from streams.engine.bus.outbox import Outbox
from streams.engine.bus.produce import EffectProducer
from streams.engine.contracts import Effects, RawRecord
from streams.engine.state.epoch import Epoch
from streams.engine.state.gate import Gate
from streams.engine.state.partitions import Partition, Partitions


class ReaderMetrics(Protocol):
    """What the reader measures."""

    def chunk(self, records: int, seconds: float) -> None:
        """A chunk is done."""

    def stage(self, stage: Any, seconds: float) -> None:
        """A chunk has passed one stage."""


class Reader:
    """Lets chunks through the gate and takes each through observe, infer, decide and its effects.

    `ready()` tells whether partitions are given and recovered. `establish(partition)` lets the broker know
    by which networks it is judged, before its first record is. A chunk that a rebalance overtakes is
    dropped; a shard that it leaves in the middle is poisoned.
    """

    def __init__(
        self,
        partitions: Partitions,
        gate: Gate,
        outbox: Outbox,
        effects: EffectProducer,
        epoch: Epoch,
        executor: Executor,
        metrics: ReaderMetrics,
        ready: Callable[[], bool],
        establish: Callable[[Partition], Awaitable[None]],
        on_decided: Callable[[int, int], None] = lambda number, log_ms: None,
    ) -> None:
        """`on_decided` gets a partition and the log time (ms) of the first record of each chunk decided."""
        self._partitions, self._gate, self._outbox, self._effects = partitions, gate, outbox, effects
        self._epoch, self._executor, self._metrics, self._ready = epoch, executor, metrics, ready
        self._establish, self._on_decided = establish, on_decided

    async def read(self, stream: Any) -> None:
        """Read the agent's stream for ever, without acknowledging."""
        events: AsyncIterable[Any] = stream.noack().events()
        async for event in events:
            await self.take(event.message)

    async def take(self, message: Any) -> None:
        """Process one message: a chunk of records of one partition."""
        epoch = self._epoch.number
        await self._outbox.room()
        if epoch != self._epoch.number or not self._ready():
            return
        records = await self._gate.admit(message.tp, message.value, message.checksum)
        partition = self._partitions.find(message.tp.partition)
        if not records or partition is None or epoch != self._epoch.number:
            return
        async with partition.lock:
            if epoch != self._epoch.number:
                return
            if not partition.shard.own.founded:
                await self._establish(partition)
                if epoch != self._epoch.number:
                    return
            partition.settle()
            if await self._process(partition, records, epoch) and epoch == self._epoch.number:
                self._gate.advance(message.tp, records[-1].offset + 1)
                partition.decided_ms = records[-1].timestamp
                self._on_decided(partition.number, records[0].timestamp)

    async def _process(self, partition: Partition, records: Sequence[RawRecord], epoch: int) -> bool:
        """Whether the chunk was decided; False when a rebalance came in between."""
        times = [time.perf_counter()]
        work = partition.shard.observe(records)
        times.append(time.perf_counter())
        if not await self._aside(partition, partition.shard.infer, work, epoch):
            return False
        times.append(time.perf_counter())
        to_explain = partition.shard.decide(work)
        times.append(time.perf_counter())
        if to_explain and not await self._aside(partition, partition.shard.explain, work, epoch):
            return False
        effects = partition.shard.finish(work)
        times.append(time.perf_counter())
        await self._send(partition, effects)
        times.append(time.perf_counter())
        self._measure(len(records), times)
        return True

    async def _aside(self, partition: Partition, stage: Callable[[Any], None], work: Any, epoch: int) -> bool:
        """Run a stage in the networks' thread; False, and the shard poisoned, when a rebalance came in."""
        await asyncio.get_running_loop().run_in_executor(self._executor, stage, work)
        if epoch != self._epoch.number:
            self._partitions.poison(partition)
            return False
        return True

    async def _send(self, partition: Partition, effects: Effects) -> None:
        """Everything that a checkpoint has to wait for is known before the lock is released."""
        partition.drop_confirmed()
        if effects.alerts:
            self._outbox.add(partition, effects.alerts)
        await self._effects.send(partition, effects)

    def _measure(self, records: int, times: list[float]) -> None:
        for stage, begin, end in zip(
            ("observe", "infer", "decide", "explain", "effects"), times, times[1:], strict=False
        ):
            self._metrics.stage(stage, end - begin)
        self._metrics.chunk(records, times[-1] - times[0])
