from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pytest
from faust.types import TP

from streams.engine.state.epoch import Epoch
from streams.engine.state.gate import Gate
from streams.engine.watching.ends import Standstill
from streams.engine.watching.survey import Survey
from tests.streams.engine.state.test_gate import FakeConsumer, FakeMetrics

TP0, TP1 = TP("vitals", 0), TP("vitals", 1)


class Setup:
    def __init__(self, patience_s: float = 0.0) -> None:
        self.end: int | None = 10
        self.excused, self.ready, self.recovered = False, True, 0
        self.tps = [TP0]
        self.seen: list[tuple[int, int]] = []
        consumer = FakeConsumer()
        self.gate = Gate(lambda: consumer, FakeMetrics(), Epoch())
        self.survey = Survey(
            lambda: self,
            lambda tp: self.gate,
            lambda: self.tps,
            lambda: self.ready,
            lambda: self.recovered,
            lambda: self.excused,
            lambda tp, position, end: self.seen.append((position, end)),
            patience_s,
        )

    async def end_offsets(self, tps: Iterable[TP]) -> Mapping[TP, int]:
        if self.end is None:
            raise OSError
        return dict.fromkeys(tps, self.end)


@pytest.fixture
def setup() -> Setup:
    return Setup()


async def test_position_and_end_are_reported(setup: Setup) -> None:
    setup.gate.advance(TP0, 7)

    await setup.survey.look()

    assert setup.seen == [(7, 10)]


async def test_a_partition_that_does_not_move_is_a_standstill(setup: Setup) -> None:
    setup.gate.advance(TP0, 7)
    await setup.survey.look()

    with pytest.raises(Standstill, match="vitals/0 stands still: 3 records to read"):
        await setup.survey.look()


async def test_a_partition_that_moves_is_none(setup: Setup) -> None:
    for position in range(7, 10):
        setup.gate.advance(TP0, position)
        await setup.survey.look()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    at = [0.0]
    monkeypatch.setattr("streams.engine.watching.survey.time.monotonic", lambda: at[0])
    yield at


async def test_a_recovery_that_goes_on_is_none(clock: list[float]) -> None:
    setup = Setup(patience_s=60.0)
    setup.ready = False
    for clock[0] in range(0, 500, 50):
        setup.recovered += 1
        await setup.survey.look()


async def test_a_recovery_that_begins_again_and_again_is_a_standstill(clock: list[float]) -> None:
    setup = Setup(patience_s=60.0)
    setup.ready = False
    with pytest.raises(Standstill, match="not yet given or recovered"):
        for clock[0] in range(0, 3600, 50):
            setup.recovered = 1 - setup.recovered
            await setup.survey.look()
    assert clock[0] == 650


async def test_a_recovery_that_does_not_is_a_standstill(setup: Setup) -> None:
    setup.ready = False

    with pytest.raises(Standstill, match="an unknown number of records to read, not yet given or recovered"):
        for _ in range(2):
            await setup.survey.look()


async def test_while_others_of_a_backlog_move_a_partition_may_wait_longer_for_its_turn(
    clock: list[float],
) -> None:
    setup = Setup(patience_s=60.0)
    setup.tps, setup.end = [TP0, TP1], 1000
    setup.gate.advance(TP0, 7)

    with pytest.raises(Standstill, match="vitals/0 stands still"):
        for turn, clock[0] in enumerate(range(0, 600, 20)):
            setup.gate.advance(TP1, turn)
            await setup.survey.look()
    assert clock[0] == 200


async def test_a_partition_that_keeps_up_gives_others_no_more_time(clock: list[float]) -> None:
    setup = Setup(patience_s=60.0)
    setup.tps, setup.end = [TP0, TP1], 10
    setup.gate.advance(TP0, 7)

    with pytest.raises(Standstill, match="vitals/0 stands still"):
        for clock[0] in range(0, 600, 20):
            setup.end += 1
            setup.gate.advance(TP1, setup.end)
            await setup.survey.look()
    assert clock[0] == 80


async def test_a_partition_at_its_end_is_none(setup: Setup) -> None:
    setup.gate.advance(TP0, 10)
    for _ in range(3):
        await setup.survey.look()


async def test_reading_stopped_on_purpose_is_none(setup: Setup) -> None:
    setup.excused = True
    setup.gate.advance(TP0, 7)
    for _ in range(3):
        await setup.survey.look()


async def test_a_broker_that_never_answers_is_one(setup: Setup) -> None:
    setup.end = None

    with pytest.raises(Standstill, match="no answer about the ends of the logs"):
        await setup.survey.look()
