from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pytest
from faust.types import TP

from streams.engine.state import gate as gate_module
from streams.engine.state.epoch import Epoch
from streams.engine.state.gate import Gate

TP0 = TP("vitals", 0)


@dataclass
class Record:
    offset: int
    key: bytes | None = None
    value: bytes | None = None
    timestamp: int = 0
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass
class FakeConsumer:
    start: int = 0
    count: int = 0
    sought: list[int] = field(default_factory=list)

    def rewinds(self, tp: TP) -> int:
        return self.count

    async def rewind(self, tp: TP, offset: int) -> None:
        self.sought.append(offset)
        self.count += 1

    async def start_offset(self, tp: TP) -> int:
        return self.start


class FakeMetrics:
    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def rewind(self) -> None:
        self.counts["rewind"] += 1

    def gap(self, offsets: int) -> None:
        self.counts["gap"] += offsets


@dataclass
class Setup:
    consumer: FakeConsumer
    metrics: FakeMetrics
    epoch: Epoch
    gate: Gate


@pytest.fixture
def setup() -> Setup:
    consumer, metrics, epoch = FakeConsumer(), FakeMetrics(), Epoch()
    return Setup(consumer, metrics, epoch, Gate(lambda: consumer, metrics, epoch))


def records(first: int, last: int) -> list[Record]:
    return [Record(offset) for offset in range(first, last + 1)]


def offsets(admitted: object) -> list[int]:
    return [record.offset for record in admitted]  # type: ignore[attr-defined]


async def test_a_chunk_that_begins_at_the_offset_wanted_passes_whole(setup: Setup) -> None:
    assert offsets(await setup.gate.admit(TP0, records(0, 3), fetch=0)) == [0, 1, 2, 3]


async def test_a_chunk_that_begins_earlier_is_trimmed(setup: Setup) -> None:
    setup.gate.advance(TP0, 2)

    assert offsets(await setup.gate.admit(TP0, records(0, 3), fetch=0)) == [2, 3]


async def test_a_chunk_seen_already_is_dropped(setup: Setup) -> None:
    setup.gate.advance(TP0, 9)

    assert offsets(await setup.gate.admit(TP0, records(0, 3), fetch=0)) == []


async def test_reading_begins_behind_what_the_state_has_seen(setup: Setup) -> None:
    gate = Gate(lambda: setup.consumer, setup.metrics, setup.epoch, known=lambda partition: 2)

    assert offsets(await gate.admit(TP0, records(0, 3), fetch=0)) == [2, 3]


async def test_reading_begins_where_state_ends_though_an_heir_has_committed_more(setup: Setup) -> None:
    setup.consumer.start = 100
    gate = Gate(lambda: setup.consumer, setup.metrics, setup.epoch, known=lambda partition: 0)

    assert await gate.wanted(TP0) == 0


async def test_nothing_passes_where_there_is_no_state(setup: Setup) -> None:
    gate = Gate(lambda: setup.consumer, setup.metrics, setup.epoch, known=lambda partition: None)

    assert offsets(await gate.admit(TP0, records(0, 3), fetch=0)) == []
    assert setup.consumer.sought == []


async def test_reading_begins_at_the_committed_offset(setup: Setup) -> None:
    setup.consumer.start = 3

    assert offsets(await setup.gate.admit(TP0, records(0, 3), fetch=0)) == [3]


async def test_a_hole_is_fetched_again_and_not_processed(setup: Setup) -> None:
    assert offsets(await setup.gate.admit(TP0, records(5, 6), fetch=0)) == []
    assert setup.consumer.sought == [0]


async def test_chunks_fetched_before_the_rewind_prove_no_gap(setup: Setup) -> None:
    await setup.gate.admit(TP0, records(5, 6), fetch=0)

    for first in (7, 9, 11):
        assert offsets(await setup.gate.admit(TP0, records(first, first + 1), fetch=0)) == []
    assert setup.consumer.sought == [0]


async def test_a_late_chunk_that_begins_at_the_offset_wanted_counts_all_the_same(setup: Setup) -> None:
    await setup.gate.admit(TP0, records(5, 6), fetch=0)

    assert offsets(await setup.gate.admit(TP0, records(0, 4), fetch=0)) == [0, 1, 2, 3, 4]


async def test_a_hole_that_stays_after_two_rewinds_is_a_true_one(setup: Setup) -> None:
    await setup.gate.admit(TP0, records(5, 6), fetch=0)
    await setup.gate.admit(TP0, records(5, 6), fetch=1)

    assert offsets(await setup.gate.admit(TP0, records(5, 6), fetch=2)) == [5, 6]
    assert setup.consumer.sought == [0, 0]
    assert setup.metrics.counts == {"rewind": 2, "gap": 5}


async def test_rewinds_that_failed_prove_nothing(setup: Setup) -> None:
    async def rewind(tp: TP, offset: int) -> None:
        raise OSError("away")

    setup.consumer.rewind = rewind  # type: ignore[method-assign]

    for _ in range(9):
        assert offsets(await setup.gate.admit(TP0, records(5, 6), fetch=0)) == []


async def test_another_hole_has_to_be_proved_anew(setup: Setup) -> None:
    for fetch in (0, 1, 2):
        await setup.gate.admit(TP0, records(5, 6), fetch)
    setup.gate.advance(TP0, 7)

    assert offsets(await setup.gate.admit(TP0, records(9, 9), fetch=2)) == []
    assert setup.consumer.sought == [0, 0, 7]


async def test_after_a_rebalance_the_start_is_asked_again(setup: Setup) -> None:
    setup.gate.advance(TP0, 100)
    setup.gate.clear()
    setup.consumer.start = 40

    assert await setup.gate.wanted(TP0) == 40


async def test_a_rebalance_while_the_start_is_asked_drops_the_chunk(setup: Setup) -> None:
    async def start_offset(tp: TP) -> int:
        setup.epoch.raise_()
        return 0

    setup.consumer.start_offset = start_offset  # type: ignore[method-assign]

    assert offsets(await setup.gate.admit(TP0, records(0, 1), fetch=0)) == []


async def test_silence_with_records_left_is_answered_by_fetching_again(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate_module, "SILENCE_S", 0.0)
    await setup.gate.revive(TP0, end=10)
    await setup.gate.revive(TP0, end=10)

    assert set(setup.consumer.sought) == {0}


async def test_silence_at_the_end_of_the_log_is_no_trouble(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate_module, "SILENCE_S", 0.0)
    setup.gate.advance(TP0, 10)

    for _ in range(3):
        await setup.gate.revive(TP0, end=10)

    assert setup.consumer.sought == []
