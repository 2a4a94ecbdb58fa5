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


class _OvertakenError(Exception):
    """A rebalance has come in the middle of a turn."""


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
        unfinished = list(shares)
        try:
            await self._turn(unfinished, epoch)
        except _OvertakenError:
            for share in unfinished:
                self._partitions.poison(share.partition)

    async def _turn(self, unfinished: list[Share], epoch: int) -> None:
        """Take all shares through, each out of `unfinished` as it is. Raises _OvertakenError."""
        shares, laps, works = list(unfinished), Laps(), list[Any]()
        for share in shares:
            share.partition.settle()
            works.append(share.partition.shard.observe(share.records))
        laps.end("observe")
        await self._aside(self._infer, works, epoch)
        laps.end("infer")
        for share, work in zip(shares, works, strict=True):
            effects = await self._decide(share.partition, work, epoch, laps)
            await self._send(share.partition, effects)
            laps.end("effects")
            unfinished.remove(share)
            self._check(epoch)
            self._gate.advance(share.tp, share.records[-1].offset + 1)
            share.partition.decided_ms = share.records[-1].timestamp
            self._on_decided(share.partition.number, share.records[0].timestamp)
        for stage, seconds in laps.stages.items():
            self._metrics.stage(stage, seconds)
        self._metrics.chunk(sum(len(share.records) for share in shares), laps.last - laps.began)

    async def _decide(self, partition: Partition, work: Any, epoch: int, laps: Laps) -> Effects:
        to_explain = partition.shard.decide(work)
        laps.end("decide")
        if to_explain:
            await self._aside(partition.shard.explain, work, epoch)
        effects = partition.shard.finish(work)
        laps.end("explain")
        return effects

    async def _aside(self, stage: Callable[[Any], None], work: Any, epoch: int) -> None:
        """Run a stage in the networks' thread."""
        await asyncio.get_running_loop().run_in_executor(self._executor, stage, work)
        self._check(epoch)

    def _check(self, epoch: int) -> None:
        if epoch != self._epoch.number:
            raise _OvertakenError

    async def _send(self, partition: Partition, effects: Effects) -> None:
        """Everything that a checkpoint has to wait for is known before the lock is released."""
        partition.drop_confirmed()
        if effects.alerts:
            self._outbox.add(partition, effects.alerts)
        await self._effects.send(partition, effects)
