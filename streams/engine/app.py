"""Puts the worker together: the Faust app, its agents, and what runs beside them."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, cast

import faust
from faust.exceptions import ConsumerNotStarted
from faust.types import TP

from streams.engine import configuration
from streams.engine.checkpoint import Checkpointer
from streams.engine.consumer import PASS_THROUGH, use_chunks
from streams.engine.contracts import ShardFactory
from streams.engine.control import ControlReader, tick
from streams.engine.epoch import Epoch
from streams.engine.gate import Gate
from streams.engine.names import CONTROL, TABLE, VITALS
from streams.engine.outbox import AlertWriter, Outbox
from streams.engine.partitions import Partition, Partitions
from streams.engine.produce import EffectProducer, Producer
from streams.engine.pulse import Pulse
from streams.engine.reader import Reader
from streams.engine.survey import Survey
from streams.engine.table import PageTable
from streams.settings import Settings

if TYPE_CHECKING:
    from exporters.metrics.worker import WorkerMetrics

log = logging.getLogger(__name__)

EXIT_FAILED = 1
STOP_BOUND_S = 10.0


class Engine:
    """One worker: owns partitions, takes chunks through their shards, checkpoints, hands effects on.

    `failed` is done when the worker must end; its result is the reason, in one line without data.
    """

    def __init__(
        self, settings: Settings, factory: ShardFactory, sink: AlertWriter, metrics: WorkerMetrics
    ) -> None:
        self._settings, self._metrics = settings, metrics
        self.failed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.ready = asyncio.Event()
        self._epoch, self._generation, self._halted = Epoch(), -1, False
        self._tasks: list[asyncio.Task[None]] = []
        self._pulse = Pulse(settings.session_timeout_s / 2)
        self._executor = ThreadPoolExecutor(1, "networks")
        self.app = faust.App(**configuration.faust_settings(settings))
        use_chunks(
            self.app,
            [VITALS, *CONTROL],
            settings.chunk_records,
            configuration.CHUNK_BYTES,
            by_record=settings.record_by_record,
        )
        self._table = self._make_table(factory)
        self._partitions = Partitions(factory, self._table.take, self._built)
        self._outbox = Outbox(sink, metrics, settings.pending_alerts)
        self._vitals = Gate(self._consumer, metrics, self._epoch, known=self._partitions.next_offset)
        self._control = Gate(self._consumer, metrics, self._epoch, proofs=1)
        self._checkpointer = Checkpointer(
            self._partitions,
            self._table,
            lambda number, offset: self._consumer().acknowledge(TP(VITALS, number), offset),
            self._pulse.check,
            metrics,
            shortest_s=settings.checkpoint_s,
            longest_s=settings.checkpoint_max_s,
        )
        self._declare_agents()
        self.app.on_partitions_revoked.connect(self._revoked)

    # -- life

    def start(self) -> None:
        """Begin what runs beside the agents. The app is started by the caller."""
        survey = Survey(
            self._consumer,
            lambda tp: self._vitals if tp.topic == VITALS else self._control,
            self._assigned,
            self.ready.is_set,
            lambda: self._outbox.is_full or self._halted,
            self._report,
            self._settings.watchdog_s,
        )
        jobs = [self._pulse.run(), self._outbox.run(), self._checkpointer.run(), survey.run()]
        if self._settings.clock == "wall":
            jobs.append(tick(self._producer, self._numbers))
        self._tasks = [asyncio.create_task(self._watched(job)) for job in jobs]

    async def finish(self) -> None:
        """Stop taking chunks, checkpoint what is done, commit. Then stop the app."""
        self._halt()
        try:
            async with asyncio.timeout(STOP_BOUND_S):
                await self._checkpointer.round()
                if self._assigned():
                    await self._consumer().commit_acknowledged()
        except Exception as error:
            self.fail(f"no checkpoint at the end: {type(error).__name__}")

    def close(self) -> None:
        """End what runs beside the agents."""
        self._halt()
        for task in self._tasks:
            task.cancel()
        self._executor.shutdown(wait=False, cancel_futures=True)

    def fail(self, reason: str) -> None:
        """Let the worker end, with nothing acknowledged from now on."""
        self._halt()
        self._partitions.poisoned.update(p.number for p in list(self._partitions))
        if not self.failed.done():
            log.critical("%s", reason)
            self.failed.set_result(reason)

    def _halt(self) -> None:
        self._halted = True
        self._checkpointer.suspended = True
        self.ready.clear()

    async def _watched(self, job: Coroutine[Any, Any, None]) -> None:
        """Run a job that only ends with an error, and end the worker then."""
        try:
            await job
        except Exception as error:
            self.fail(describe(error))

    # -- agents

    def _declare_agents(self) -> None:
        effects = EffectProducer(self._producer, self._metrics)
        reader = Reader(
            self._partitions,
            self._vitals,
            self._outbox,
            effects,
            self._epoch,
            self._executor,
            self._metrics,
            self.ready.is_set,
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

        topic = self.app.topic(*topics, value_serializer=PASS_THROUGH, key_serializer="raw")
        self.app.agent(topic, name=name, concurrency=1)(agent)

    # -- partitions

    def _make_table(self, factory: ShardFactory) -> PageTable:
        conf: Any = self.app.conf
        conf.Table = PageTable
        table = cast(
            "PageTable",
            self.app.Table(
                TABLE,
                key_type=bytes,
                value_type=bytes,
                partitions=self._settings.partitions,
                extra_topic_configs=configuration.CHANGELOG,
            ),
        )
        table.stamp = factory.stamp
        table.is_live = lambda number: self._partitions.is_live(number)
        table.on_generation = self._given
        table.on_error = lambda error: self.fail(f"recovery failed: {describe(error)}")
        table.on_recover(self._recovered)
        return table

    async def _revoked(self, *of: Any, **_others: Any) -> None:
        """End what was begun, then checkpoint: the last chance before another worker goes on."""
        self._epoch.raise_()
        self.ready.clear()
        self._checkpointer.suspended = True
        self._vitals.clear()
        self._control.clear()
        revoked: set[TP] = of[-1]
        if self._halted or not revoked:
            return
        self._acknowledge_anew()
        try:
            async with asyncio.timeout(configuration.revocation_bound_s(self._settings)):
                await self._checkpointer.round()
                await self._consumer().commit_acknowledged()
        except Exception as error:
            # What is still on its way must not reach the broker after another worker has begun.
            leave(f"no checkpoint when partitions were revoked: {type(error).__name__}")

    def _given(self, assigned: set[TP], revoked: set[TP], generation: int) -> None:
        """Keep the state of partitions that stayed here the whole time; drop all other."""
        missed = generation != self._generation + 1
        self._generation = generation
        stays = {tp.partition for tp in assigned if tp.topic == VITALS} - self._partitions.poisoned
        live = {p for p in range(self._settings.partitions) if self._partitions.is_live(p)}
        gone = {tp.partition for tp in revoked if tp.topic == VITALS} | (live if missed else live - stays)
        for number in gone:
            self._drop(number)
        self._acknowledge_anew()
        self._epoch.raise_()

    def _acknowledge_anew(self) -> None:
        """What was acknowledged and not committed is forgotten by Faust when partitions move."""
        for partition in self._partitions:
            partition.acknowledged = -1

    def _drop(self, number: int) -> None:
        if self._partitions.is_live(number):
            self._outbox.drop(self._partitions.get(number))
        self._partitions.drop(number)
        self._table.forget(number)
        self._metrics.revoked(number)

    async def _recovered(self) -> None:
        """Pages are complete: let chunks in."""
        if self.app.consumer_generation_id == self._generation and not self._halted:
            self.ready.set()
            self._checkpointer.suspended = False

    def _built(self, partition: Partition) -> None:
        self._outbox.add(partition, [(alert, None) for alert in partition.shard.pending()])

    # -- views

    def _consumer(self) -> Any:
        return self.app.consumer

    def _producer(self) -> Producer:
        return cast("Producer", self.app.producer)

    def _assigned(self) -> list[TP]:
        try:
            return [tp for tp in self._consumer().assignment() if tp.topic == VITALS or tp.topic in CONTROL]
        except ConsumerNotStarted:
            return []

    def _numbers(self) -> Iterable[int]:
        return [tp.partition for tp in self._assigned() if tp.topic == VITALS]

    def _report(self, tp: TP, position: int, end: int) -> None:
        if tp.topic != VITALS:
            return
        self._metrics.lag(tp.partition, end - position)
        self._outbox.report([tp.partition])
        committed = self._consumer().last_commit(tp)
        if committed is not None:
            self._metrics.committed(tp.partition, committed)


def build_app(
    settings: Settings, shard_factory: ShardFactory, sink: AlertWriter, metrics: WorkerMetrics
) -> faust.App:
    """The Faust app of a worker. Needs a running event loop; `Engine` has what runs beside it."""
    return Engine(settings, shard_factory, sink, metrics).app


def describe(error: BaseException) -> str:
    """An error in one line without its message: that can quote a wearer's data."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = "" if trace is None else f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
    return f"{type(error).__name__}{where}"


def leave(reason: str) -> None:
    """End the process at once, so that nothing more is written."""
    log.critical("%s", reason)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(EXIT_FAILED)
