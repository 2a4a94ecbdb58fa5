from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from prometheus_client import CollectorRegistry

from exporters.alerts.errors import SinkUnavailable
from exporters.metrics.worker import WorkerMetrics
from streams.engine.bus import outbox as outbox_module
from streams.engine.bus.outbox import Outbox
from streams.engine.state.partitions import Partition
from streams.records import Alert
from tests.streams.engine.toy import ToyShard, make_alert


class FakeSink:
    """Keeps what it is given; is away as often as told."""

    def __init__(self, failures: int = 0) -> None:
        self.failures, self.written = failures, list[str]()

    async def write(self, alerts: Sequence[Alert]) -> None:
        if self.failures:
            self.failures -= 1
            raise SinkUnavailable("connection")
        self.written += [alert.id for alert in alerts]


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "FIRST_PAUSE_S", 0.001)


def alerts(*names: str) -> list[tuple[Alert, int | None]]:
    return [(make_alert(name, 0, 0), None) for name in names]


def partition(number: int = 0) -> Partition:
    return Partition(number, ToyShard(number, {}))


@asynccontextmanager
async def running(sink: FakeSink, limit: int = 10) -> AsyncIterator[Outbox]:
    outbox = Outbox(sink, WorkerMetrics(CollectorRegistry()), limit)
    task = asyncio.create_task(outbox.run())
    try:
        yield outbox
    finally:
        task.cancel()


async def settled(sink: FakeSink, count: int) -> None:
    async with asyncio.timeout(60):
        while len(sink.written) < count:  # noqa: ASYNC110 - the fake has no event for it
            await asyncio.sleep(0.001)
    await asyncio.sleep(0.01)


async def test_alerts_are_written_in_order_and_told_to_their_partition() -> None:
    sink, owner = FakeSink(), partition()
    async with running(sink) as outbox:
        outbox.add(owner, alerts("a", "b"))
        outbox.add(owner, alerts("c"))
        await settled(sink, 3)

    assert sink.written == ["a", "b", "c"]
    assert [alert.id for alert in owner.taken] == ["a", "b", "c"]


async def test_a_sink_that_is_away_costs_time_and_no_alert() -> None:
    sink, owner = FakeSink(failures=5), partition()
    async with running(sink) as outbox:
        outbox.add(owner, alerts("a", "b"))
        await settled(sink, 2)

    assert sink.written == ["a", "b"]


async def test_reading_waits_at_the_limit_and_goes_on_below_it() -> None:
    sink = FakeSink(failures=3)
    async with running(sink, limit=2) as outbox:
        outbox.add(partition(), alerts("a", "b"))
        assert outbox.is_full
        async with asyncio.timeout(60):
            await outbox.room()

        assert not outbox.is_full


async def test_alerts_of_a_partition_that_left_are_not_written() -> None:
    sink, gone, stays = FakeSink(), partition(0), partition(1)
    async with running(sink) as outbox:
        outbox.add(gone, alerts("a"))
        outbox.add(stays, alerts("b"))
        outbox.drop(gone)
        await settled(sink, 1)

    assert sink.written == ["b"]


async def test_an_unexpected_error_is_not_swallowed() -> None:
    class BrokenSink(FakeSink):
        async def write(self, alerts: Sequence[Alert]) -> None:
            raise ValueError

    outbox = Outbox(BrokenSink(), WorkerMetrics(CollectorRegistry()), 10)
    outbox.add(partition(), alerts("a"))

    with pytest.raises(ValueError):
        await outbox.run()
