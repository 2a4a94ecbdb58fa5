from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import cast

import pytest
from faust.types import TP
from prometheus_client import CollectorRegistry

from exporters.metrics.worker import WorkerMetrics
from streams.engine.contracts import Shard
from streams.engine.state.checkpoint import Checkpointer
from streams.engine.state.partitions import Partition, Partitions
from tests.streams.engine.state.test_gate import Record
from tests.streams.engine.toy import ToyFactory, ToyOwn, ToyShard, stamp, stamped


@dataclass
class FakePages:
    """Answers every write when `release` is set."""

    written: list[tuple[bytes, int]] = field(default_factory=list)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    error: Exception | None = None
    away: bool = False
    intruders: set[int] = field(default_factory=set)
    """Where somebody else has written."""

    async def intruded(self, _ends: object) -> list[int]:
        if self.away:
            raise OSError("away")
        found, self.intruders = sorted(self.intruders), set()
        return found

    def write(self, key: bytes, value: bytes) -> asyncio.Task[None]:
        self.written.append((key, stamp(value)))
        return asyncio.create_task(self._answer())

    async def _answer(self) -> None:
        await self.release.wait()
        if self.error:
            raise self.error


class Setup:
    def __init__(self) -> None:
        self.pages = FakePages()
        self.partitions = Partitions(ToyFactory(), lambda number: {}, lambda partition: None)
        self.acknowledged: list[tuple[int, int]] = []
        self.ends_known = True
        self.checkpointer = Checkpointer(
            self.partitions,
            self.pages,
            lambda number, offset: self.acknowledged.append((number, offset)),
            lambda: None,
            self.ends,
            WorkerMetrics(CollectorRegistry()),
            shortest_s=1.0,
            longest_s=30.0,
        )

    async def ends(self, tps: set[TP]) -> dict[TP, int]:
        if not self.ends_known:
            raise OSError("away")
        return dict.fromkeys(tps, 1000)

    def process(self, first: int, last: int) -> Partition:
        partition = self.partitions.find(0) or self.partitions.keep(0, cast("Shard", ToyShard(0, {})))
        chunk = [Record(n, b"k%d" % (n % 20), b"%d" % n) for n in range(first, last + 1)]
        work = partition.shard.observe(chunk)
        ToyFactory().infer([work])
        if partition.shard.decide(work):
            partition.shard.explain(work)
        partition.shard.finish(work)
        return partition


@pytest.fixture
def setup() -> Setup:
    return Setup()


async def test_pages_first_then_the_clock_then_the_acknowledgement(setup: Setup) -> None:
    setup.process(0, 99)
    setup.pages.release.set()

    await setup.checkpointer.round()

    keys = [key for key, _ in setup.pages.written]
    assert keys[-1] == b"0/clock" and b"0/clock" not in keys[:-1] and len(keys) > 1
    assert setup.acknowledged == [(0, 100)]


async def test_nothing_is_acknowledged_and_no_clock_written_before_the_pages_are_confirmed(
    setup: Setup,
) -> None:
    setup.process(0, 99)
    task = asyncio.create_task(setup.checkpointer.round())
    await asyncio.sleep(0.02)

    assert setup.acknowledged == []
    assert b"0/clock" not in [key for key, _ in setup.pages.written]
    setup.pages.release.set()
    await task
    assert setup.acknowledged == [(0, 100)]


async def test_a_refused_page_acknowledges_nothing(setup: Setup) -> None:
    setup.process(0, 99)
    setup.pages.error = OSError("no")
    setup.pages.release.set()

    with pytest.raises(OSError):
        await setup.checkpointer.round()
    assert setup.acknowledged == []


async def test_an_effect_that_the_broker_refused_acknowledges_nothing(setup: Setup) -> None:
    partition = setup.process(0, 9)
    refused: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    refused.set_exception(OSError("no"))
    partition.unconfirmed.append(refused)
    setup.pages.release.set()

    with pytest.raises(OSError):
        await setup.checkpointer.round()
    assert setup.acknowledged == []


async def test_no_page_is_written_before_the_broker_has_what_its_records_led_to(setup: Setup) -> None:
    partition = setup.process(0, 9)
    letter: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    partition.unconfirmed.append(letter)
    setup.pages.release.set()
    task = asyncio.create_task(setup.checkpointer.round())
    await asyncio.sleep(0.02)

    assert setup.pages.written == []
    letter.set_result(None)
    await task
    assert setup.acknowledged == [(0, 10)]


@pytest.mark.parametrize("how", ["dropped", "abandoned"])
async def test_pages_that_waited_while_their_partition_went_are_not_written(setup: Setup, how: str) -> None:
    partition = setup.process(0, 9)
    letter: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    partition.unconfirmed.append(letter)
    task = asyncio.create_task(setup.checkpointer.round())
    await asyncio.sleep(0.02)

    if how == "dropped":
        setup.partitions.drop(0)
    else:
        setup.partitions.abandon()
    letter.set_result(None)
    await task

    assert setup.pages.written == [] and setup.acknowledged == []


async def test_where_another_worker_wrote_every_page_is_stored_again(setup: Setup) -> None:
    setup.process(0, 99)
    setup.pages.release.set()
    await setup.checkpointer.round()
    first = sorted(setup.pages.written)
    setup.pages.written.clear()

    await setup.checkpointer.reclaim()
    await setup.checkpointer.round()
    assert setup.pages.written == []

    setup.pages.intruders = {0, 3}
    await setup.checkpointer.reclaim()
    await setup.checkpointer.round()
    assert sorted(setup.pages.written) == first


async def test_who_can_not_ask_whether_another_wrote_asks_again(setup: Setup) -> None:
    setup.process(0, 99)
    setup.pages.release.set()
    await setup.checkpointer.round()
    first = sorted(setup.pages.written)
    setup.pages.written.clear()
    setup.pages.intruders, setup.pages.away = {0}, True

    await setup.checkpointer.reclaim()
    await setup.checkpointer.round()
    assert setup.pages.written == []

    setup.pages.away = False
    await setup.checkpointer.reclaim()
    await setup.checkpointer.round()
    assert sorted(setup.pages.written) == first


async def test_chunks_that_come_during_a_checkpoint_wait_for_the_next(setup: Setup) -> None:
    setup.process(0, 99)
    task = asyncio.create_task(setup.checkpointer.round())
    await asyncio.sleep(0.02)
    setup.process(100, 199)
    setup.pages.release.set()
    await task

    assert setup.acknowledged == [(0, 100)]
    assert setup.pages.written[-1] == (b"0/clock", 99)
    await setup.checkpointer.round()
    assert setup.acknowledged[-1] == (0, 200)


async def test_a_partition_in_the_middle_of_a_chunk_is_waited_for(setup: Setup) -> None:
    partition = setup.process(0, 9)
    setup.pages.release.set()
    async with partition.lock:
        work = partition.shard.observe([Record(10, b"k", b"1")])
        task = asyncio.create_task(setup.checkpointer.round())
        await asyncio.sleep(0.02)
        assert setup.pages.written == []
        ToyFactory().infer([work])
        if partition.shard.decide(work):
            partition.shard.explain(work)
        partition.shard.finish(work)
    await task

    assert setup.acknowledged == [(0, 11)]


async def test_a_partition_left_in_the_middle_of_a_chunk_is_neither_written_nor_acknowledged(
    setup: Setup,
) -> None:
    partition = setup.process(0, 9)
    partition.shard.observe([Record(10, b"k", b"1")])
    setup.partitions.poisoned.add(0)
    setup.pages.release.set()

    await setup.checkpointer.round()

    assert setup.pages.written == [] and setup.acknowledged == []


async def test_a_quiet_partition_is_not_written_again(setup: Setup) -> None:
    setup.process(0, 9)
    setup.pages.release.set()
    await setup.checkpointer.round()
    written = len(setup.pages.written)

    await setup.checkpointer.round()

    assert len(setup.pages.written) == written


async def test_settled_alerts_are_written_without_any_new_record(setup: Setup) -> None:
    partition = setup.process(0, 199)
    setup.pages.release.set()
    await setup.checkpointer.round()
    written = len(setup.pages.written)
    partition.taken += partition.shard.pending()

    await setup.checkpointer.round()

    assert partition.shard.pending() == []
    assert len(setup.pages.written) > written


async def test_the_pause_between_checkpoints_keeps_their_cost_below_a_twentieth(setup: Setup) -> None:
    setup.checkpointer._cost_s = 0.5
    assert setup.checkpointer.interval_s == 10.0
    setup.checkpointer._cost_s = 60.0
    assert setup.checkpointer.interval_s == 30.0
    setup.checkpointer._cost_s = 0.0
    assert setup.checkpointer.interval_s == 1.0


async def test_what_others_on_the_machine_take_meanwhile_is_no_cost(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    partition = setup.process(0, 99)
    encode = partition.shard.encode

    def held_up(key: bytes) -> bytes:
        time.sleep(0.02)
        return encode(key)

    monkeypatch.setattr(partition.shard, "encode", held_up)
    setup.pages.release.set()

    await setup.checkpointer.round()

    pages = len(setup.pages.written) - 1
    assert pages > 1
    assert setup.checkpointer._cost_s < 0.02 * pages / 2


# Another line-up of networks --------------------------------------------------------------------


class Switching(ToyOwn):
    """Wants another line-up, from the end of the log on."""

    def __init__(self) -> None:
        self.outdated, self.since, self.confirmed = True, -1, list[bytes]()

    def switch(self, end: int) -> bool:
        self.since, self.outdated = end, False
        return True

    def encode_lineups(self) -> tuple[bytes, bytes]:
        return b"0/clock", stamped(49, b"line-up")

    def confirm(self, value: bytes) -> None:
        self.confirmed.append(value)


async def test_a_switch_is_known_to_the_broker_before_the_next_chunk(setup: Setup) -> None:
    partition = setup.process(0, 99)
    partition.shard.own = own = Switching()
    setup.checkpointer.suspended = False

    task = asyncio.create_task(setup.checkpointer.switch())
    await asyncio.sleep(0.02)

    assert setup.pages.written == [(b"0/clock", 49)] and own.since == 1000
    assert own.confirmed == [] and partition.lock.locked()
    setup.pages.release.set()
    await task
    assert len(own.confirmed) == 1 and not partition.lock.locked()
    await setup.checkpointer.switch()
    assert len(setup.pages.written) == 1


async def test_a_switch_that_the_broker_refused_is_not_confirmed(setup: Setup) -> None:
    partition = setup.process(0, 99)
    partition.shard.own = own = Switching()
    setup.checkpointer.suspended = False
    setup.pages.error = OSError("no")
    setup.pages.release.set()

    with pytest.raises(OSError):
        await setup.checkpointer.switch()

    assert own.confirmed == []


@pytest.mark.parametrize("trouble", ["suspended", "poisoned", "dropped", "no end"])
async def test_nothing_is_switched_in_trouble(setup: Setup, trouble: str) -> None:
    partition = setup.process(0, 99)
    partition.shard.own = own = Switching()
    setup.checkpointer.suspended = trouble == "suspended"
    setup.ends_known = trouble != "no end"
    partition.dropped = trouble == "dropped"
    setup.pages.release.set()
    async with partition.lock:
        task = asyncio.create_task(setup.checkpointer.switch())
        await asyncio.sleep(0.02)
        if trouble == "poisoned":
            setup.partitions.poisoned.add(0)
    await task

    assert (own.outdated, setup.pages.written) == (True, [])
