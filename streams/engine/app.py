"""Puts the worker together: the Faust app, its agents, and what runs beside them."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, cast

import faust
from faust.exceptions import ConsumerNotStarted
from faust.types import TP

from streams.engine import configuration
from streams.engine.bus.consumer import use_chunks
from streams.engine.bus.control import ControlReader, tick
from streams.engine.bus.outbox import AlertWriter, Outbox
from streams.engine.bus.patience import be_patient
from streams.engine.bus.produce import EffectProducer, Producer
from streams.engine.bus.reader import Reader
from streams.engine.bus.verbatim import VERBATIM, register_verbatim
from streams.engine.contracts import ShardFactory
from streams.engine.names import CONTROL, TABLE, VITALS
from streams.engine.state.assignment import Assignment
from streams.engine.state.changelog import Changelog
from streams.engine.state.checkpoint import Checkpointer
from streams.engine.state.epoch import Epoch
from streams.engine.state.gate import Gate
from streams.engine.state.partitions import Partition, Partitions
from streams.engine.state.pauses import Pauses
from streams.engine.state.table import PageTable
from streams.engine.watching.census import Census
from streams.engine.watching.deadman import Deadman
from streams.engine.watching.ends import describe
from streams.engine.watching.pulse import Pulse
from streams.engine.watching.report import Report
from streams.engine.watching.survey import ANSWER_S, Survey
from streams.records import Risk
from streams.settings import Settings

if TYPE_CHECKING:
    from exporters.metrics.worker import WorkerMetrics

log = logging.getLogger(__name__)

STOP_BOUND_S = 10.0


class Engine:
    """One worker: owns partitions, takes chunks through their shards, checkpoints, hands effects on.

    `failed` is done when the worker must end; its result is the reason, in one line without data.
    """

    def __init__(
        self,
        settings: Settings,
        factory: ShardFactory,
        sink: AlertWriter,
        metrics: WorkerMetrics,
        beside: Sequence[Callable[[], Coroutine[Any, Any, None]]] = (),
        on_risk: Callable[[Risk], None] = lambda risk: None,
        table: str = TABLE,
    ) -> None:
        """What is `beside` runs for ever as the worker does; `on_risk` is told each risk and never waits.

        `table` is where state is kept; see `streams.engine.state.generation`.
        """
        self._settings, self._metrics, self._beside, self._on_risk = settings, metrics, beside, on_risk
        self.failed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._epoch, self._halted = Epoch(), False
        self._tasks: list[asyncio.Task[None]] = []
        self._pulse = Pulse(settings.session_timeout_s / 2, metrics.loop_delay)
        self._pauses = Pauses(metrics)
        self._executor = ThreadPoolExecutor(1, "networks")
        register_verbatim()
        be_patient()
        self.app = faust.App(**configuration.faust_settings(settings))
        use_chunks(
            self.app,
            [VITALS, *CONTROL],
            settings.chunk_records,
            configuration.CHUNK_BYTES,
            settings.record_by_record,
        )
        self._table = self._make_table(factory, table)
        self._partitions = Partitions(factory, self._table.known.take, self._built)
        self._outbox = Outbox(sink, metrics, settings.pending_alerts)
        self._vitals = Gate(self._consumer, metrics, self._epoch, known=self._partitions.next_offset)
        self._control = Gate(self._consumer, metrics, self._epoch, proofs=1)
        self._checkpointer = Checkpointer(
            self._partitions,
            self._table,
            lambda number, offset: self._consumer().acknowledge(TP(VITALS, number), offset),
            self._pulse.check,
            self._ends,
            metrics,
            shortest_s=settings.checkpoint_s,
            longest_s=settings.checkpoint_max_s,
        )
        self._assignment = self._make_assignment()
        self._declare_agents(factory)

    @property
    def ready(self) -> asyncio.Event:
        """Set while partitions are given and their state is recovered."""
        return self._assignment.ready

    def start(self) -> None:
        """Begin what runs beside the agents. The app is started by the caller."""
        survey = Survey(
            self._consumer,
            lambda tp: self._vitals if tp.topic == VITALS else self._control,
            self._assigned,
            self.ready.is_set,
            lambda: self._table.recovered() + len(self._partitions.live),
            lambda: self._outbox.is_full or self._halted,
            Report(self._partitions, self._outbox, self._consumer, self._metrics, self._pauses.idle).take,
            self._settings.watchdog_s,
        )
        census = Census(self._partitions, self._settings.stale_s * 1000, self._metrics)
        jobs = [self._pulse.run(), self._outbox.run(), self._checkpointer.run(), survey.run(), census.run()]
        jobs += [Deadman(self._settings.watchdog_s).run(), *(job() for job in self._beside)]
        if self._settings.clock == "wall":
            jobs.append(tick(self._producer, self._numbers))
        self._tasks = [asyncio.create_task(self._watched(job)) for job in jobs]

    async def finish(self) -> None:
        """Stop taking chunks, checkpoint what is done, commit. Then stop the app."""
        ours = self.ready.is_set()
        self._halt()
        if not ours:
            return  # between two rebalances: what was ours is checkpointed, and may be another's by now
        try:
            async with asyncio.timeout(STOP_BOUND_S):
                await self._checkpointer.round()
                await self._consumer().commit_acknowledged()
        except Exception as error:
            self.fail(f"no checkpoint at the end: {type(error).__name__}")

    def trouble(self) -> str | None:
        """What keeps this worker from making progress, in a few words; None while it does."""
        if self.failed.done():
            return self.failed.result()
        if self._outbox.is_full:
            return "the alert sink is away: reading has stopped"
        return None if self.ready.is_set() else "waiting for partitions or their state"

    def close(self) -> None:
        """End what runs beside the agents."""
        self._halt()
        for task in self._tasks:
            task.cancel()
        self._executor.shutdown(wait=False, cancel_futures=True)
        shutil.rmtree(configuration.folder(self._settings), ignore_errors=True)

    def fail(self, reason: str) -> None:
        """Let the worker end, with nothing acknowledged from now on."""
        self._halt()
        self._partitions.abandon()
        if not self.failed.done():
            log.critical("%s", reason)
            self.failed.set_result(reason)

    def _halt(self) -> None:
        self._halted = True
        self._assignment.close()

    async def _watched(self, job: Coroutine[Any, Any, None]) -> None:
        """Run a job that only ends with an error, and end the worker then."""
        try:
            await job
        except Exception as error:
            self.fail(describe(error))

    def _declare_agents(self, factory: ShardFactory) -> None:
        effects = EffectProducer(self._producer, self._metrics, self._on_risk)
        reader = Reader(
            self._partitions,
            self._vitals,
            self._outbox,
            effects,
            self._epoch,
            self._executor,
            self._metrics,
            self.ready.is_set,
            self._checkpointer.establish,
            factory.infer,
            self._pauses.decided,
        )
        control = ControlReader(
            self._control,
            self._producer,
            self._epoch,
            lambda tp, offset: self._consumer().acknowledge(tp, offset),
            self.ready.is_set,
        )
        self._agent("vitals", [VITALS], reader)
        self._agent("control", list(CONTROL), control)

    def _agent(self, name: str, topics: list[str], reader: Reader | ControlReader) -> None:
        async def agent(stream: Any) -> None:
            await self._watched(reader.read(stream))
            await asyncio.Event().wait()  # a stream that ends would acknowledge what it holds

        topic = self.app.topic(*topics, value_serializer=VERBATIM, key_serializer="raw")
        self.app.agent(topic, name=name, concurrency=1)(agent)

    def _make_table(self, factory: ShardFactory, name: str) -> PageTable:
        conf: Any = self.app.conf
        conf.Table = PageTable
        table = cast(
            "PageTable",
            self.app.Table(
                name,
                key_type=bytes,
                value_type=bytes,
                partitions=self._settings.partitions,
                extra_topic_configs=configuration.CHANGELOG,
            ),
        )
        table.known = Changelog(factory.stamp)
        table.is_live = lambda number: self._partitions.is_live(number)
        table.on_error = lambda error: self.fail(f"recovery failed: {describe(error)}")
        return table

    def _make_assignment(self) -> Assignment:
        assignment = Assignment(
            self._partitions,
            self._table,
            self._checkpointer,
            [self._vitals, self._control],
            self._epoch,
            self._consumer,
            self._dropped,
            self._executor,
            configuration.revocation_bound_s(self._settings),
        )
        assignment.on_open = self._pauses.recovered
        self._table.on_generation = self._given
        self._table.on_recover(assignment.recovered)
        self.app.on_partitions_revoked.connect(self._revoked)
        return assignment

    def _given(self, assigned: set[TP], revoked: set[TP], generation: int) -> None:
        self._pauses.given(tp.partition for tp in assigned if tp.topic == VITALS)
        self._assignment.given(assigned, revoked, generation)

    async def _revoked(self, *of: Any, **_others: Any) -> None:
        if of[-1]:
            self._pauses.revoked()
        await self._assignment.revoked(*of)

    def _dropped(self, number: int) -> None:
        found = self._partitions.find(number)
        if found is not None:
            self._outbox.drop(found)
        self._metrics.revoked(number)

    def _built(self, partition: Partition) -> None:
        self._outbox.add(partition, [(alert, None) for alert in partition.shard.pending()])

    def _consumer(self) -> Any:
        return self.app.consumer

    def _producer(self) -> Producer:
        return cast("Producer", self.app.producer)

    def _assigned(self) -> list[TP]:
        try:
            return [tp for tp in self._consumer().assignment() if tp.topic == VITALS or tp.topic in CONTROL]
        except ConsumerNotStarted:
            return []

    async def _ends(self, tps: set[TP]) -> Mapping[TP, int]:
        async with asyncio.timeout(ANSWER_S):
            return cast("Mapping[TP, int]", await self._consumer().end_offsets(tps))

    def _numbers(self) -> Iterable[int]:
        return [tp.partition for tp in self._assigned() if tp.topic == VITALS]


def build_app(
    settings: Settings, shard_factory: ShardFactory, sink: AlertWriter, metrics: WorkerMetrics
) -> faust.App:
    """The Faust app of a worker. Needs a running event loop; `Engine` has what runs beside it."""
    return Engine(settings, shard_factory, sink, metrics).app
