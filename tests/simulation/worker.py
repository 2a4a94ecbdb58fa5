"""One simulated worker: the engine's own parts between a simulated consumer, table and producer."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Coroutine, Iterable, Mapping
from concurrent.futures import Executor
from contextvars import ContextVar
from typing import Any, cast

from faust.types import TP

from streams.engine.bus.chunks import Chunk
from streams.engine.bus.outbox import Outbox
from streams.engine.bus.produce import EffectProducer
from streams.engine.bus.reader import Reader
from streams.engine.contracts import ShardFactory
from streams.engine.names import REJECTED, VITALS
from streams.engine.state.assignment import Assignment
from streams.engine.state.changelog import Changelog
from streams.engine.state.checkpoint import Checkpointer
from streams.engine.state.epoch import Epoch
from streams.engine.state.gate import Gate
from streams.engine.state.partitions import Partition, Partitions
from streams.engine.watching.ends import Standstill
from streams.engine.watching.survey import Survey
from tests.simulation.bus import Bus, Sink
from tests.simulation.clock import SimulatedThread

CHUNK, QUEUED = 40, 4
ALONE = 0.3
"""How often chunks are handed over before the next partition is read."""
REVOCATION_S, COMMIT_S = 3.0, 2.8
RUNNING: ContextVar[SimulatedWorker] = ContextVar("RUNNING")


class Gone(BaseException):
    """This worker's process has ended."""


def leave(_reason: str, _code: int = 1) -> None:
    """Stands for `streams.engine.watching.ends.leave`."""
    RUNNING.get().dead = True
    raise Gone


class Silent:
    """Metrics that nobody looks at."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None


class SimulatedWorker:
    """Fetches, scores, checkpoints and sends as a worker does, until it is killed or leaves.

    What `PageTable`, Faust's consumer and producer do is done here, as badly as they are known to do it:
    fetched chunks are thrown away, positions stay behind them, answers are lost, a zombie writes on.
    """

    def __init__(self, bus: Bus, sink: Sink, factory: ShardFactory) -> None:
        self.bus, self.sink, self.dead, self.generation = bus, sink, False, 0
        self._committing = asyncio.Lock()
        self.connected = asyncio.Event()
        """Whether the broker can be reached; what is sent meanwhile arrives later."""
        self.connected.set()
        self.expelled = False
        """The group has told this worker that it was taken for dead, and not taken it in again."""
        self.assigned: set[TP] = set()
        self._rng = bus.rng
        self._positions: dict[TP, int] = {}
        self._after: dict[TP, int] = {}
        self._rewinds: dict[TP, int] = defaultdict(int)
        self._acknowledged: dict[TP, int] = {}
        self._known = Changelog(bus.stamp)
        self._read_up_to: dict[int, int] = {}
        self._queue: asyncio.Queue[Any] = asyncio.Queue(QUEUED)
        self._writes: dict[int, asyncio.Task[None]] = {}
        self._cut = False
        """Dead, and nothing that was on its way arrives any more."""
        self._epoch, metrics = Epoch(), cast("Any", Silent())
        self._partitions = Partitions(factory, self._known.take, self._built)
        self._outbox = Outbox(sink, metrics, limit=50)
        self._gate = Gate(lambda: self, metrics, self._epoch, known=self._partitions.next_offset)
        self._checkpointer = Checkpointer(
            self._partitions, self, lambda number, offset: self._acknowledge(number, offset), self._check,
            self.end_offsets, metrics, shortest_s=1.0, longest_s=5.0,
        )  # fmt: skip
        executor = cast("Executor", SimulatedThread())
        self._assignment = Assignment(
            self._partitions, cast("Any", self), self._checkpointer, [self._gate], self._epoch,
            lambda: self, self._dropped, executor, REVOCATION_S,
        )  # fmt: skip
        effects = EffectProducer(lambda: cast("Any", self), metrics)
        ready = self._assignment.ready.is_set
        self._reader = Reader(
            self._partitions, self._gate, self._outbox, effects, self._epoch, executor, metrics, ready,
            self._checkpointer.establish, factory.infer,
        )  # fmt: skip
        survey = Survey(
            lambda: self, lambda tp: self._gate, lambda: sorted(self.assigned), ready,
            lambda: len(self._partitions.live), lambda: self._outbox.is_full, lambda tp, position, end: None,
            patience_s=120.0,
        )  # fmt: skip
        self._jobs = [
            self._fetch(), self._read(), self._commit_for_ever(),
            self._outbox.run(), self._checkpointer.run(), survey.run(),
        ]  # fmt: skip
        self._tasks: list[asyncio.Task[None]] = []

    # Life ---------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to work."""
        RUNNING.set(self)
        self._tasks = [asyncio.create_task(self._watched(job)) for job in self._jobs]

    def kill(self) -> None:
        """By kill -9: nothing more is done; of the writes on their way the first ones arrive."""
        self.dead = True
        for task in self._tasks:
            task.cancel()

    async def _watched(self, job: Coroutine[Any, Any, None]) -> None:
        try:
            await job
        except Gone:
            self.kill()
        except ConnectionError:
            self.kill()  # as `Engine.fail`: nothing is acknowledged any more, the process ends
        except Exception as error:
            self.kill()
            self.bus.bugs.append(error)

    async def revoke(self) -> None:
        """Let go of everything, before the group goes on."""
        RUNNING.set(self)
        try:
            await self._assignment.revoked(self, set(self.assigned))
        except Gone:
            self.kill()

    def assign(self, assigned: set[TP], generation: int) -> None:
        """As Faust does it: what stays is told after all was revoked; then it recovers."""
        RUNNING.set(self)
        before = self.assigned
        while not self._queue.empty():  # Faust clears its queues; positions stay where they were
            self._queue.get_nowait()
        self.assigned, self.generation, self.expelled = set(assigned), generation, False
        self._acknowledged.clear()
        for tp in assigned - before:
            self._positions[tp] = self.bus.committed.get(tp.partition, 0)
        self._assignment.given(assigned, before - assigned, generation)
        self._tasks.append(asyncio.create_task(self._watched(self._recover())))

    async def _recover(self) -> None:
        epoch = self._epoch.number
        for tp in sorted(self.assigned):
            if not self._partitions.is_live(tp.partition):
                await self._delay()
                if epoch != self._epoch.number:
                    return
                self._known.forget(tp.partition)
                for key, value in self.bus.changelog[tp.partition]:
                    self._known.find(tp.partition, key, value)
                self._read_up_to[tp.partition] = self.bus.ends[tp.partition]
        await self._assignment.recovered()

    # Faust's consumer ---------------------------------------------------------------------------

    async def _fetch(self) -> None:
        while True:
            await self._delay()
            row, began = list[Chunk](), self._epoch.number
            for tp in sorted(self.assigned):
                first, rewinds, epoch = self._positions[tp], dict(self._rewinds), self._epoch.number
                await self._delay()
                size = self._rng.randint(1, CHUNK)
                chunk = self.bus.read(tp.partition, first, size)
                if not chunk or tp not in self.assigned or self._positions[tp] != first:
                    continue
                # Where flow is suspended or the generation moved, Faust's position goes on all the same.
                self._positions[tp] = chunk[-1].offset + 1
                flows = self._assignment.ready.is_set() or self._rng.random() >= self.bus.weather.drop
                if flows and epoch == self._epoch.number:
                    self._note(tp, chunk)
                    row.append(Chunk(tp, chunk, rewinds.get(tp, 0)))
                else:
                    self.bus.faults["chunks thrown away"] += 1
                if self._rng.random() < ALONE:
                    row = await self._hand_over(row, began)
            await self._hand_over(row, began)

    async def _hand_over(self, row: list[Chunk], began: int) -> list[Chunk]:
        if began != self._epoch.number:
            self.bus.faults["chunks thrown away"] += len(row)
        elif row:
            self.bus.faults["turns of several partitions"] += len(row) > 1
            await self._queue.put(row)
        return []

    def _note(self, tp: TP, chunk: Any) -> None:
        """Count what comes again and what comes too early."""
        before = self.bus.handed.get(tp.partition, 0)
        self.bus.faults["records handed over again"] += max(
            0, min(before, chunk[-1].offset + 1) - chunk[0].offset
        )
        self.bus.faults["chunks behind a hole"] += chunk[0].offset > self._after.get(tp, chunk[0].offset)
        self._after[tp] = chunk[-1].offset + 1
        self.bus.handed[tp.partition] = max(before, chunk[-1].offset + 1)

    async def _read(self) -> None:
        while True:
            await self._reader.take(await self._queue.get())

    async def _commit_for_ever(self) -> None:
        while True:
            await asyncio.sleep(COMMIT_S)
            await self.commit_acknowledged()

    async def commit_acknowledged(self) -> None:
        """Let the group coordinator know, if this worker still belongs to the group."""
        async with self._committing:  # one that is under way is waited for
            generation, offsets = self.generation, dict(self._acknowledged)
            await self._delay()
            if generation != self.bus.generation:
                self.bus.faults["commits out of the group"] += bool(offsets)
            elif not self.dead:
                for tp, offset in offsets.items():
                    self.bus.commit(tp.partition, offset)

    def is_expelled(self) -> bool:
        """Whether the group has said that it does not know this worker any more."""
        return self.expelled

    def rewinds(self, tp: TP) -> int:
        """How many rewinds are finished."""
        return self._rewinds[tp]

    async def rewind(self, tp: TP, offset: int) -> None:
        """Fetch again from there."""
        await self._answer()
        self._positions[tp] = offset
        self._rewinds[tp] += 1

    async def start_offset(self, tp: TP) -> int:
        """The committed offset."""
        await self._answer()
        return self.bus.committed.get(tp.partition, 0)

    async def end_offsets(self, tps: Iterable[TP]) -> Mapping[TP, int]:
        """The ends of the logs."""
        await self._answer()
        return {tp: self.bus.produced[tp.partition] for tp in tps}

    def _acknowledge(self, number: int, next_offset: int) -> None:
        self._acknowledged[TP(VITALS, number)] = next_offset

    # Faust's table ------------------------------------------------------------------------------

    def write(self, key: bytes, value: bytes) -> Awaitable[object]:
        """Send a page; the future is the broker's answer."""
        number = int(key.partition(b"/")[0])
        self._known.write(number)
        return self._arrive(number, lambda: self.bus.keep(number, key, value))

    def forget(self, number: int) -> None:
        """Read its changelog from the beginning next time."""
        self._known.forget(number)

    def is_superseded(self) -> bool:
        """No recovery follows by itself."""
        return False

    async def unread(self, ends: Any) -> list[int]:
        """Partitions whose changelog has grown since a recovery read it."""
        await ends([])
        for tp in self.assigned:
            if not self._partitions.is_live(tp.partition):
                self._known.read(tp.partition, self.bus.ends[tp.partition])
        grown = {n for n, count in self._read_up_to.items() if self.bus.ends[n] > count}
        return sorted(tp.partition for tp in self.assigned if tp.partition in grown - self._partitions.live)

    async def intruded(self, _ends: Any) -> list[int]:
        """Partitions in whose changelog somebody else has written."""
        await self._answer()
        found = self._known.intruded({n: self.bus.ends[n] for n in self._known.partitions})
        self.bus.faults["others found writing state"] += len(found)
        return found

    def on_error(self, error: BaseException) -> None:
        """The worker ends; that is right when somebody else writes to its changelog."""
        self.kill()
        if not isinstance(error, Standstill):
            self.bus.bugs.append(error)

    # Faust's producer ---------------------------------------------------------------------------

    async def send(
        self, topic: str, key: bytes | None, value: bytes | None, number: int, *_: Any
    ) -> asyncio.Future[object]:
        """Queue a record."""
        letters = self.bus.letters[number]
        return self._arrive(number, lambda: letters.add(value) if topic == REJECTED else None)

    def _arrive(self, number: int, effect: Any) -> asyncio.Future[object]:
        """Records of a partition arrive one after the other, also those of a worker that died meanwhile."""
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        before = self._writes.get(number)
        self._writes[number] = asyncio.create_task(self._deliver(before, effect, answer))
        return answer

    async def _deliver(
        self, before: asyncio.Task[None] | None, effect: Any, answer: asyncio.Future[object]
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
        await asyncio.sleep(self._rng.uniform(0, self.bus.weather.slow_s) / 5)
        if not self.connected.is_set():
            await self.connected.wait()
            self.bus.faults["writes held while cut off"] += 1
            self._cut = self._cut or self.dead
        self._cut = self._cut or (self.dead and self._rng.random() < 0.3)
        if self._cut:
            return
        lost = self._rng.random() < self.bus.weather.lose_write
        if lost:
            self.bus.faults["writes lost"] += 1
        else:
            effect()
            self.bus.faults["writes of the dead arrived"] += self.dead
        if answer.cancelled():
            return
        if lost or self._rng.random() < self.bus.weather.lose_answer:
            self.bus.faults["answers lost"] += not lost
            answer.set_exception(ConnectionError("no answer"))
            answer.exception()
        else:
            answer.set_result(None)

    # The engine's own ties ----------------------------------------------------------------------

    def _check(self) -> None:
        if self.dead:
            raise Gone

    def _built(self, partition: Partition) -> None:
        self._outbox.add(partition, [(alert, None) for alert in partition.shard.pending()])

    def _dropped(self, number: int) -> None:
        found = self._partitions.find(number)
        if found is not None:
            self._outbox.drop(found)

    async def _answer(self) -> None:
        await self.connected.wait()
        await self.bus.answer()

    async def _delay(self) -> None:
        await self.connected.wait()
        await self.bus.delay()
