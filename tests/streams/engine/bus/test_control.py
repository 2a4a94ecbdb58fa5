from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from faust.types import TP

from streams.engine.bus import control
from streams.engine.bus.chunks import Chunk
from streams.engine.bus.control import ControlReader, tick
from streams.engine.state.epoch import Epoch
from streams.engine.state.gate import Gate
from streams.records import Tick
from tests.streams.engine.state.test_gate import FakeConsumer, FakeMetrics, Record

PROFILES = TP("profiles", 2)


@dataclass
class FakeProducer:
    sent: list[tuple[Any, ...]] = field(default_factory=list)
    error: Exception | None = None

    async def send(self, *record: Any) -> asyncio.Future[object]:
        self.sent.append(record)
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        if self.error:
            answer.set_exception(self.error)
        else:
            answer.set_result(None)
        return answer


class Setup:
    def __init__(self) -> None:
        self.producer, self.epoch = FakeProducer(), Epoch()
        self.acknowledged: list[tuple[TP, int]] = []
        consumer = FakeConsumer()
        self.reader = ControlReader(
            Gate(lambda: consumer, FakeMetrics(), self.epoch),
            lambda: self.producer,
            self.epoch,
            lambda tp, offset: self.acknowledged.append((tp, offset)),
            lambda: True,
        )

    async def take(self, *records: Record) -> None:
        await self.reader.take([Chunk(PROFILES, records, 0)])


@pytest.fixture
def setup() -> Setup:
    return Setup()


async def test_a_copy_is_confirmed_before_its_record_is_acknowledged(setup: Setup) -> None:
    await setup.take(Record(0, b"a", b"{}"), Record(1, b"b", None))

    headers = [[("kind", b"profile"), ("id", b"profiles/2/%d" % offset)] for offset in (0, 1)]
    assert setup.producer.sent == [
        ("vitals", b"a", b"{}", 2, None, headers[0]),
        ("vitals", b"b", None, 2, None, headers[1]),
    ]
    assert setup.acknowledged == [(PROFILES, 2)]


async def test_a_copy_that_the_broker_refuses_acknowledges_nothing(setup: Setup) -> None:
    setup.producer.error = OSError("no")

    with pytest.raises(OSError):
        await setup.take(Record(0, b"a", b"{}"))
    assert setup.acknowledged == []


async def test_a_senders_own_kind_and_id_do_not_count(setup: Setup) -> None:
    await setup.take(Record(0, b"a", b"{}", headers=(("kind", b"tick"), ("id", b"x"), ("by", b"me"))))

    assert setup.producer.sent[0][-1] == [("by", b"me"), ("kind", b"profile"), ("id", b"profiles/2/0")]


async def test_a_tick_states_the_time_in_each_partition(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "TICK_S", 0.01)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.1):
            await tick(lambda: setup.producer, lambda: [1, 3])

    topic, key, value, partition, _, headers = setup.producer.sent[0]
    assert (topic, key, partition) == ("vitals", None, 1)
    assert setup.producer.sent[1][3] == 3
    assert ("kind", b"tick") in headers
    assert msgspec.json.decode(value, type=Tick).time > 1_700_000_000_000
