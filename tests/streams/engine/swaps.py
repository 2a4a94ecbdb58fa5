"""A partition whose line-up changes while its workers die: the log, the broker, and one life after the other.

Real checkpointer, real shard; what is simulated is when answers come and when a worker dies. Nothing waits
for a clock, so a seed tells the whole story.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from faust.types import TP
from prometheus_client import CollectorRegistry

from exporters.metrics.worker import WorkerMetrics
from models.deep.asks import Rows
from models.usefulness.adaptation import Adaptation
from streams.engine.scoring.shard import ShardMaker, WearerShard
from streams.engine.state.checkpoint import Checkpointer
from streams.engine.state.pages import Seal, stamp_of
from streams.engine.state.partitions import Partition, Partitions
from streams.records import Alert
from streams.settings import Settings
from tests.streams.engine.shards import SECRET, SETTING, Irregularity, Raw

WANTED: tuple[dict[str, str], ...] = ({"rhythm": "1"}, {"rhythm": "2"}, {"rhythm": "3"}, {})
STEPS = 12
"""Turns of the loop that let every task go on until it waits for an answer."""


@dataclass
class Versions:
    """`rhythm` 1, its contrary 2, and 3 that is never sure: truly different answers."""

    lineup: dict[str, str]

    def has(self, name: str, version: str) -> bool:
        return (name, version) in {("rhythm", "1"), ("rhythm", "2"), ("rhythm", "3")}

    def run(self, name: str, version: str, rows: Rows) -> Rows:
        one = Irregularity().run(name, rows)
        answers: dict[str, Rows] = {"1": one, "2": 1 - one, "3": 0.2 + one * np.float32(0.5)}
        return answers[version]


def maker(stock: Versions, adaptation: Adaptation | None = None) -> ShardMaker:
    return ShardMaker(Settings(), Seal(SECRET), stock, SETTING, adaptation=adaptation)


@dataclass
class World:
    """What outlives every worker: log, changelog, committed offset, what the sink took, who judged what."""

    records: list[Raw]
    rng: random.Random
    produced: int = 1
    changelog: dict[bytes, list[bytes]] = field(default_factory=dict)
    committed: int = 0
    taken: dict[tuple[str, int], Alert] = field(default_factory=dict)
    judged: dict[int, dict[str, str]] = field(default_factory=dict)
    """Offset to the line-up that judged it."""
    switches: int = 0
    adaptation: Adaptation | None = None
    """Bounds of what answers change; None = those that ship."""

    def append(self, key: bytes, value: bytes) -> None:
        self.changelog.setdefault(key, []).append(value)

    def recovered(self) -> dict[bytes, bytes]:
        """Of each page the one with the highest stamp, the later one of two: as `PageTable` keeps them.

        Compaction keeps the last one, so that must be the same.
        """
        found = {}
        for key, values in self.changelog.items():
            best = max(map(stamp_of, values))
            found[key] = [value for value in values if stamp_of(value) == best][-1]
            assert found[key] == values[-1], "compaction would keep an older page"
        return found

    def note(self, shard: WearerShard, chunk: list[Raw]) -> None:
        for record in chunk:
            lineup = shard.own.lineups.at(record.offset)
            first = self.judged.setdefault(record.offset, lineup)
            assert first == lineup, f"{record.offset} was judged by {first} and now by {lineup}"


class Life:
    """One worker from its recovery to its end."""

    def __init__(self, world: World, lineup: dict[str, str]) -> None:
        self.world, self.rng = world, world.rng
        self.stock = Versions(lineup)
        self._writes: list[tuple[bytes, bytes, asyncio.Future[None]]] = []
        self._tasks: list[asyncio.Task[Any]] = []
        self.maker = maker(self.stock, world.adaptation)
        self.partitions = Partitions(self.maker, lambda number: world.recovered(), self._built)
        self.checkpointer = Checkpointer(
            self.partitions, self, self._acknowledge, lambda: None, self._ends,
            WorkerMetrics(CollectorRegistry()), shortest_s=1.0, longest_s=30.0,
        )  # fmt: skip
        self.checkpointer.suspended = False
        self.partition = self.partitions.keep(0, self.maker(0, world.recovered()))
        self.partition.start = world.committed
        self.next = max(world.committed, self.shard.position + 1)

    @property
    def shard(self) -> WearerShard:
        shard = self.partition.shard
        assert isinstance(shard, WearerShard)
        return shard

    @property
    def done(self) -> bool:
        return self.next >= self.world.produced

    # What the checkpointer asks -----------------------------------------------------------------

    def write(self, key: bytes, value: bytes) -> Awaitable[object]:
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._writes.append((key, value, answer))
        return answer

    async def intruded(self, _ends: object) -> list[int]:
        return []

    async def _ends(self, tps: set[TP]) -> dict[TP, int]:
        await asyncio.sleep(0)
        return dict.fromkeys(tps, self.world.produced)

    def _acknowledge(self, number: int, next_offset: int) -> None:
        self.world.committed = next_offset

    def _built(self, partition: Partition) -> None:
        self._send(partition.shard.pending(), partition)

    def _send(self, alerts: list[Alert], partition: Partition) -> None:
        """The sink takes some alerts now; the others wait in their pages or die with the worker."""
        took = [alert for alert in alerts if self.rng.random() < 0.6]
        for alert in took:
            known = self.world.taken.setdefault((alert.id, alert.revision), alert)
            assert known == alert, "one revision, two contents"
        partition.taken += took

    # What can happen ----------------------------------------------------------------------------

    async def step(self, action: Callable[[], object]) -> None:
        action()
        for _ in range(STEPS):
            await asyncio.sleep(0)
        for task in [task for task in self._tasks if task.done()]:
            self._tasks.remove(task)
            task.result()

    def produce(self) -> None:
        self.world.produced = min(self.world.produced + self.rng.randint(1, 60), len(self.world.records))

    def read(self, left_in_the_middle: bool = False) -> None:
        """Take a chunk as `Reader.take` does."""
        size = self.rng.randint(1, 40)
        chunk = self.world.records[self.next : min(self.next + size, self.world.produced)]
        if chunk and self.partition.number not in self.partitions.poisoned:
            self.next = chunk[-1].offset + 1
            self._begin(self._take(chunk, left_in_the_middle))

    async def _take(self, chunk: list[Raw], left_in_the_middle: bool) -> None:
        async with self.partition.lock:
            if not self.shard.own.founded:
                await self.checkpointer.establish(self.partition)
            self.partition.settle()
            if left_in_the_middle:
                self.maker.infer([self.shard.observe(chunk)])
                self.partitions.poisoned.add(0)
                return
            self.world.note(self.shard, chunk)
            effects = self.shard.take(chunk)
            self._send([alert for alert, _ in effects.alerts], self.partition)

    def checkpoint(self) -> None:
        self._begin(self.checkpointer.round())

    def switch(self) -> None:
        self._begin(self._switch())

    async def _switch(self) -> None:
        before = self.shard.own.lineups
        await self.checkpointer.switch()
        self.world.switches += self.shard.own.lineups != before

    def want(self) -> None:
        self.stock.lineup = self.rng.choice(WANTED)

    def answer(self) -> None:
        """The broker takes the oldest write and says so."""
        if self._writes:
            key, value, answer = self._writes.pop(0)
            self.world.append(key, value)
            answer.set_result(None)

    def _begin(self, job: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.ensure_future(job))

    # How it ends --------------------------------------------------------------------------------

    async def die(self) -> None:
        """By kill -9: of the writes on their way the first ones arrive."""
        for key, value, _ in self._writes[: self.rng.randint(0, len(self._writes))]:
            self.world.append(key, value)
        await self._cancel()

    async def hand_over(self) -> None:
        """Partitions are revoked: what was begun ends, then a checkpoint."""
        self.checkpointer.suspended = True
        self.checkpoint()
        while self._tasks:
            await self.step(self.answer)
        self.partitions.drop(0)

    async def finish(self) -> None:
        """All of the log is read, all is stored, and the line-up that is wanted has been taken."""
        self.world.produced = len(self.world.records)
        while not self.done or self._tasks:
            await self.step(self.read)
            await self.step(self.answer)
        for job in (self.checkpoint, self.switch):
            await self.step(job)
            while self._tasks:
                await self.step(self.answer)

    async def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def pure(world: World) -> tuple[WearerShard, dict[tuple[str, int], Alert]]:
    """A run that nothing ever interrupts over the same log, each record judged by the same line-up."""
    from streams.engine.scoring.lineups import Lineups

    shard, alerts = maker(Versions({}), world.adaptation)(0, {}), {}
    for record in world.records:
        shard.own.lineups = Lineups(world.judged[record.offset])
        for alert, _ in shard.take([record]).alerts:
            alerts[alert.id, alert.revision] = alert
    return shard, alerts
