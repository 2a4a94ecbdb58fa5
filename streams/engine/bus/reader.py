"""The agent of `vitals`: takes chunks through the core, a turn after the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from concurrent.futures import Executor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Protocol

from faust.types import TP

from streams.engine.bus.chunks import Chunk
from streams.engine.bus.outbox import Outbox
from streams.engine.bus.produce import EffectProducer
from streams.engine.contracts import Effects, RawRecord
from streams.engine.state.epoch import Epoch
from streams.engine.state.gate import Gate
from streams.engine.state.partitions import Partition, Partitions


class ReaderMetrics(Protocol):
    """What the reader measures."""

    def chunk(self, records: int, seconds: float) -> None:
        """A turn is done: so many records, of one partition or several."""

    def stage(self, stage: Any, seconds: float) -> None:
        """A turn has passed one stage."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one partition has in a turn."""

    tp: TP
    partition: Partition
    records: Sequence[RawRecord]


@dataclass(slots=True)
class Laps:
    """How long each stage of a turn took, s."""

    began: float = field(default_factory=time.perf_counter)
    stages: dict[str, float] = field(default_factory=dict)
    last: float = 0.0

    def __post_init__(self) -> None:
        self.last = self.began

    def end(self, stage: str) -> None:
        """What has passed since the last end was this stage."""
        now = time.perf_counter()
        self.stages[stage] = self.stages.get(stage, 0.0) + now - self.last
        self.last = now


class Reader:
    """Lets chunks through the gate and takes each through observe, infer, decide and its effects.

    A turn takes chunks of several partitions, one of each; `infer` runs the networks once for all of them.
    `ready()` tells whether partitions are given and recovered. `establish(partition)` lets the broker know
    by which networks it is judged, before its first record is. A turn that a rebalance overtakes is
    dropped; shards that it leaves in the middle are poisoned.
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
        infer: Callable[[Sequence[Any]], None],
        on_decided: Callable[[int, int], None] = lambda number, log_ms: None,
    ) -> None:
        """`on_decided` gets a partition and the log time (ms) of the first record of each chunk decided."""
        self._partitions, self._gate, self._outbox, self._effects = partitions, gate, outbox, effects
        self._epoch, self._executor, self._metrics, self._ready = epoch, executor, metrics, ready
        self._establish, self._infer, self._on_decided = establish, infer, on_decided

    async def read(self, stream: Any) -> None:
        """Read the agent's stream for ever, without acknowledging."""
        events: AsyncIterable[Any] = stream.noack().events()
        async for event in events:
            await self.take(event.message.value)

    async def take(self, chunks: Sequence[Chunk]) -> None:
        """Process chunks, of a partition each, in one turn."""
        epoch = self._epoch.number
        await self._outbox.room()
        if epoch != self._epoch.number or not self._ready():
            return
        admitted = [await self._admit(chunk) for chunk in chunks]
        async with AsyncExitStack() as locks:
            shares = [share for share in admitted if share and await self._enter(share, epoch, locks)]
            if shares and epoch == self._epoch.number:
                await self._process(shares, epoch)

    async def _admit(self, chunk: Chunk) -> Share | None:
        records = await self._gate.admit(chunk.tp, chunk.records, chunk.fetch)
        partition = self._partitions.find(chunk.tp.partition)
        return Share(chunk.tp, partition, records) if records and partition is not None else None

    async def _enter(self, share: Share, epoch: int, locks: AsyncExitStack) -> bool:
        """Take the lock of a partition; whether it is still ours and can be judged."""
        if epoch != self._epoch.number:
            return False
        await locks.enter_async_context(share.partition.lock)
        if epoch == self._epoch.number and not share.partition.shard.own.founded:
            await self._establish(share.partition)
        return epoch == self._epoch.number

    async def _process(self, shares: Sequence[Share], epoch: int) -> None:
        """Stop in the middle when a rebalance comes in between."""
        laps, works = Laps(), list[Any]()
        for share in shares:
            share.partition.settle()
            works.append(share.partition.shard.observe(share.records))
        laps.end("observe")
        if not await self._aside(self._infer, works, shares, epoch):
            return
        laps.end("infer")
        for at, (share, work) in enumerate(zip(shares, works, strict=True)):
            if not await self._decide(share, work, shares[at:], epoch, laps):
                self._poison(shares[at + 1 :])
                return
        for stage, seconds in laps.stages.items():
            self._metrics.stage(stage, seconds)
        self._metrics.chunk(sum(len(share.records) for share in shares), laps.last - laps.began)

    async def _decide(
        self, share: Share, work: Any, unfinished: Sequence[Share], epoch: int, laps: Laps
    ) -> bool:
        """Decide what a partition has in this turn; False when a rebalance came in between."""
        shard, records = share.partition.shard, share.records
        to_explain = shard.decide(work)
        laps.end("decide")
        if to_explain and not await self._aside(shard.explain, work, unfinished, epoch):
            return False
        effects = shard.finish(work)
        laps.end("explain")
        await self._send(share.partition, effects)
        laps.end("effects")
        if epoch != self._epoch.number:
            return False
        self._gate.advance(share.tp, records[-1].offset + 1)
        share.partition.decided_ms = records[-1].timestamp
        self._on_decided(share.partition.number, records[0].timestamp)
        return True

    async def _aside(
        self, stage: Callable[[Any], None], work: Any, unfinished: Sequence[Share], epoch: int
    ) -> bool:
        """Run a stage in the networks' thread; False, and shards poisoned, when a rebalance came in."""
        await asyncio.get_running_loop().run_in_executor(self._executor, stage, work)
        if epoch != self._epoch.number:
            self._poison(unfinished)
            return False
        return True

    def _poison(self, shares: Sequence[Share]) -> None:
        for share in shares:
            self._partitions.poison(share.partition)

    async def _send(self, partition: Partition, effects: Effects) -> None:
        """Everything that a checkpoint has to wait for is known before the lock is released."""
        partition.drop_confirmed()
        if effects.alerts:
            self._outbox.add(partition, effects.alerts)
        await self._effects.send(partition, effects)
