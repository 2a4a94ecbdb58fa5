"""A story: workers come, die and part from their group while logs grow; in the end all must be right."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

from faust.types import TP

from streams.engine.bus import reader
from streams.engine.contracts import Shard, ShardFactory
from streams.engine.names import VITALS
from streams.engine.state import assignment, checkpoint, gate
from streams.engine.state.changelog import Changelog
from streams.engine.watching import survey
from streams.records import Alert
from tests.simulation.bus import CALM, Bus, Sink, Told, Violation, Weather
from tests.simulation.clock import SimulatedLoop, SimulatedTime
from tests.simulation.worker import SimulatedWorker, leave
from tests.streams.engine.shards import Raw

WORKERS = 3
SESSION_S = 8.0
CHAOS_S, QUIET_S = 40.0, 400.0


@dataclass(frozen=True, slots=True)
class Truth:
    """What a run that nothing interrupts gives over the same log."""

    alerts: Mapping[Told, Alert]
    state: object
    letters: frozenset[bytes | None]


@dataclass(frozen=True, slots=True)
class Cast:
    """The core under test: its logs, its factory, how its state is compared, and the truth."""

    logs: Mapping[int, Sequence[Raw]]
    factory: ShardFactory
    stamp: Callable[[bytes], int]
    state: Callable[[Shard], object]
    truth: Mapping[int, Truth]


@dataclass
class Story:
    """One seed's story."""

    cast: Cast
    seed: int
    weather: Weather = field(default_factory=Weather)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.loop = SimulatedLoop(self.rng)
        self.bus = Bus(self.rng, dict(self.cast.logs), self.cast.stamp, self.weather)
        self.faults = self.bus.faults
        self.sink = Sink(self.rng, self.weather, faults=self.faults)
        self.members: list[SimulatedWorker] = []
        self._turn = asyncio.Lock()
        self._beside: set[asyncio.Task[None]] = set()

    def run(self) -> int:
        """Let it happen and look at the end; gives the steps it took. Raises Violation."""
        random.seed(self.seed)
        with simulated(self.loop, self.rng):
            try:
                self.loop.run_until_complete(self._happen())
            finally:
                self._close()
        self.faults["work in a thread takes long"] = self.loop.long
        return self.loop.steps

    async def _happen(self) -> None:
        chaos = asyncio.create_task(self._chaos())
        await asyncio.sleep(CHAOS_S)
        chaos.cancel()
        await self._end()
        self._judge()

    def _close(self) -> None:
        left = asyncio.all_tasks(self.loop)
        for task in left:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self.loop.close()

    # What happens -------------------------------------------------------------------------------

    async def _chaos(self) -> None:
        await self._join()
        while True:
            await asyncio.sleep(self.rng.expovariate(1 / 1.5))
            happening = self.rng.choice(
                (self._grow, self._grow, self._grow, self._join, self._kill, self._leave, self._part,
                 self._cut_off)
            )  # fmt: skip
            self._aside(happening)

    def _aside(self, happening: Callable[[], object]) -> None:
        async def happen() -> None:
            found = happening()
            if asyncio.iscoroutine(found):
                await found

        task = asyncio.create_task(happen())
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    def _grow(self) -> None:
        for number in self.bus.logs:
            self.bus.produce(number, self.rng.randint(0, 200))

    async def _join(self) -> None:
        if len(self._alive()) < WORKERS:
            worker = SimulatedWorker(self.bus, self.sink, self.cast.factory)
            worker.start()
            self.members.append(worker)
            await self._rebalance()

    async def _kill(self) -> None:
        """By kill -9: the group notices when its session is over."""
        if alive := self._alive():
            self.faults["workers killed"] += 1
            self.rng.choice(alive).kill()
            await asyncio.sleep(self.rng.uniform(0, SESSION_S))
            await self._rebalance()

    async def _leave(self) -> None:
        """In order: it checkpoints, commits and leaves the group."""
        if alive := self._alive():
            self.faults["workers stopped"] += 1
            worker = self.rng.choice(alive)
            async with self._turn:
                if worker in self.members:
                    await worker.revoke()
                    self.members.remove(worker)
                    worker.kill()
            await self._rebalance()

    async def _part(self) -> None:
        """The group takes a worker for dead; it works on until it hears of it, then begins anew."""
        if zombie := self._expelled("workers taken for dead"):
            await self._rebalance()
            await asyncio.sleep(self.rng.uniform(0, SESSION_S))
            await self._return(zombie)

    async def _cut_off(self) -> None:
        """The same, and what it sends meanwhile arrives when it is connected again."""
        if zombie := self._expelled("workers cut off"):
            zombie.connected.clear()
            await self._rebalance()
            self._grow()
            await asyncio.sleep(self.rng.uniform(0, 2 * SESSION_S))
            zombie.connected.set()
            await asyncio.sleep(self.rng.uniform(0, SESSION_S / 4))
            await self._return(zombie)

    def _expelled(self, fault: str) -> SimulatedWorker | None:
        """Somebody that is at work, whom the group does not count any more."""
        alive = self._alive()
        if not alive:
            return None
        self.faults[fault] += 1
        zombie = self.rng.choice(alive)
        self.members.remove(zombie)
        return zombie

    async def _return(self, zombie: SimulatedWorker) -> None:
        if not zombie.dead:
            zombie.expelled = self.rng.random() < 0.5  # else it joins before anybody has told it
            self.members.append(zombie)
            await self._rebalance()

    async def _rebalance(self) -> None:
        """All are asked to let go, then each is told what is its own."""
        async with self._turn:
            asked = self._alive()
            jobs = [asyncio.create_task(member.revoke()) for member in asked]
            if jobs:
                await asyncio.wait(jobs)
            self.members = self._alive()
            self.bus.generation += 1
            self.faults["rebalances"] += 1
            stay = [member for member in asked if member in self.members]
            for member, share in zip(stay, self._shares(len(stay)), strict=True):
                member.assign(share, self.bus.generation)

    def _shares(self, count: int) -> list[set[TP]]:
        shares: list[set[TP]] = [set() for _ in range(count)]
        if not shares:
            return []
        first = self.rng.randrange(len(shares))
        for number in sorted(self.bus.logs):
            shares[(first + number) % len(shares)].add(TP(VITALS, number))
        return shares

    def _alive(self) -> list[SimulatedWorker]:
        return [member for member in self.members if not member.dead]

    # How it ends --------------------------------------------------------------------------------

    async def _end(self) -> None:
        """A last one is cut off; then all is quiet, until the power fails and the rest is read."""
        self.bus.weather = self.sink.weather = CALM
        self._grow()
        await asyncio.sleep(self.rng.uniform(0, 1.0))
        await self._cut_off()
        await self._until(lambda: self.bus.done)
        for member in self._alive():
            member.kill()
        self.bus.compact()
        for number, log in self.bus.logs.items():
            self.bus.produce(number, len(log))
        await self._until(lambda: self.bus.done and self._expected() <= self.sink.bodies.keys())

    async def _until(self, over: Callable[[], bool]) -> None:
        """Let somebody start whoever is missing until it is `over` and compaction would do no harm."""
        for _ in range(round(QUIET_S / SESSION_S)):
            await asyncio.sleep(SESSION_S)
            if over() and all(map(self._is_harmless, self.bus.changelog)):
                return
            if not self._alive():
                await self._join()
            elif any(member.dead for member in self.members):
                await self._rebalance()
        missing = {n: (self.bus.committed.get(n, 0), len(log)) for n, log in self.bus.logs.items()}
        raise Violation(f"it never ends: committed of {missing}, {len(self._lost())} alerts are missing")

    def _is_harmless(self, number: int) -> bool:
        """Whether this partition's state is the same by the newest of each page and by the last."""
        known = Changelog(self.cast.stamp)
        for key, value in self.bus.changelog[number]:
            known.find(number, key, value)
        return self._state(number, known.take(number)) == self._state(number)

    def _state(self, number: int, pages: Mapping[bytes, bytes] | None = None) -> object:
        """What a partition's pages say; without them, of what compaction would leave."""
        return self.cast.state(self.cast.factory(number, pages or dict(self.bus.changelog[number])))

    def _expected(self) -> set[Told]:
        return {key for truth in self.cast.truth.values() for key in truth.alerts}

    def _lost(self) -> set[Told]:
        return self._expected() - self.sink.bodies.keys()

    def _silent(self, key: Told, alert: Alert) -> bool:
        return alert.priority == "high" and key not in self.sink.bodies

    def _judge(self) -> None:
        """Nothing lost, nothing invented, each alert once and in order, state as if nothing had happened."""
        if self.bus.bugs:
            raise Violation(f"on the way: {self.bus.bugs[0]!r}") from self.bus.bugs[0]
        expected = {key: alert for truth in self.cast.truth.values() for key, alert in truth.alerts.items()}
        if silent := [key for key, alert in expected.items() if self._silent(key, alert)]:
            raise Violation(f"{len(silent)} alerts of priority high are silent")
        if self.sink.bodies != expected:
            raise Violation(f"{len(self.sink.bodies.keys() ^ expected.keys())} alerts are lost or invented")
        if sorted(self.sink.told) != sorted(expected):
            raise Violation("a life was told with a hole or out of order")
        for number, truth in self.cast.truth.items():
            if self.bus.letters[number] != truth.letters:
                raise Violation("dead letters are lost or invented")
            if self._state(number) != truth.state:
                raise Violation(f"the state of partition {number} is another one")


@contextmanager
def simulated(loop: SimulatedLoop, rng: random.Random) -> Iterator[None]:
    """Clocks, threads and ends of processes are the loop's."""
    time = SimulatedTime(loop, rng)
    asyncio.set_event_loop(loop)
    logging.disable(logging.CRITICAL)
    patches = [patch.object(module, "time", time) for module in (checkpoint, gate, reader, survey)]
    patches.append(patch.object(assignment, "leave", leave))
    try:
        for one in patches:
            one.start()
        yield
    finally:
        for one in patches:
            one.stop()
        logging.disable(logging.NOTSET)
        asyncio.set_event_loop(None)
