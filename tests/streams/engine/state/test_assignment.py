"""Partitions open with what is true of them: where they begin is asked before their changelog is trusted."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from faust.types import TP

from streams.engine.names import VITALS
from streams.engine.state import assignment
from streams.engine.state.assignment import Assignment
from streams.engine.state.epoch import Epoch
from streams.engine.state.gate import Gate
from streams.engine.state.partitions import Partitions
from streams.engine.watching.ends import Standstill
from tests.streams.engine.state.test_gate import FakeMetrics
from tests.streams.engine.toy import ToyFactory, stamped

TP0 = TP(VITALS, 0)


@dataclass
class Around:
    """Consumer, table and checkpointer of an assignment of partition 0, in as few words as it takes."""

    committed: int = 0
    heir_commits: int | None = None
    """Another worker writes and commits so much while this one asks whether it has read all."""
    pages: Mapping[bytes, bytes] = field(default_factory=dict)
    errors: list[BaseException] = field(default_factory=list)
    suspended: bool = True
    expelled: bool = False
    rounds: list[int] = field(default_factory=list)
    """The epoch of each checkpoint."""
    resting: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while no checkpoint is under way."""

    def __post_init__(self) -> None:
        self.epoch = epoch = Epoch()
        self.partitions = Partitions(cast("Any", ToyFactory()), lambda _: self.pages, lambda _: None)
        self.gate = Gate(lambda: cast("Any", self), FakeMetrics(), epoch, known=self.partitions.next_offset)
        self._executor = ThreadPoolExecutor(1)
        me = cast("Any", self)
        self.assignment = Assignment(
            self.partitions, me, me, [self.gate], epoch, lambda: self, lambda _: None, self._executor, 1.0
        )

    async def start_offset(self, tp: TP) -> int:
        return self.committed

    async def end_offsets(self, tps: Any) -> Any:
        raise NotImplementedError

    def forget(self, number: int) -> None:
        pass

    def is_superseded(self) -> bool:
        return False

    async def unread(self, ends: Any) -> list[int]:
        if self.heir_commits is None:
            return []
        self.committed = self.heir_commits
        return [0]

    def on_error(self, error: BaseException) -> None:
        self.errors.append(error)

    def is_expelled(self) -> bool:
        return self.expelled

    async def round(self) -> None:
        self.rounds.append(self.epoch.number)

    async def rest(self) -> None:
        await self.resting.wait()

    async def commit_acknowledged(self) -> None:
        pass

    async def recover(self, generation: int = 1) -> None:
        self.assignment.given({TP0}, set(), generation)
        await self.assignment.recovered()
        self._executor.shutdown()


async def test_who_is_taken_for_dead_goes_on_with_its_own_state_not_with_its_heirs_offset() -> None:
    around = Around()
    await around.recover()

    around.committed = 119

    assert around.assignment.ready.is_set()
    assert await around.gate.wanted(TP0) == 0


async def test_a_partition_that_stayed_and_saw_nothing_does_not_begin_where_its_heir_committed() -> None:
    around = Around()
    around.assignment.given({TP0}, set(), 1)
    await around.assignment.recovered()

    around.committed = 119
    await around.recover(generation=2)

    assert await around.gate.wanted(TP0) == 0


async def test_who_is_taken_for_dead_while_it_recovers_opens_nothing() -> None:
    around = Around(heir_commits=119)

    await around.recover()

    assert not around.assignment.ready.is_set()
    assert [type(error) for error in around.errors] == [Standstill]
    assert around.partitions.live == set()


async def test_without_state_a_partition_begins_at_the_committed_offset() -> None:
    around = Around(committed=40)

    await around.recover()

    assert await around.gate.wanted(TP0) == 40


async def test_state_tells_better_than_the_committed_offset_where_a_partition_goes_on() -> None:
    around = Around(committed=40, pages={b"0/clock": stamped(59, b"")})

    await around.recover()

    assert await around.gate.wanted(TP0) == 60


async def test_a_turn_that_was_begun_ends_before_it_would_be_overtaken() -> None:
    around = Around()
    await around.recover()
    partition, before = around.partitions.find(0), around.epoch.number
    assert partition is not None

    async with partition.lock:
        revoked = asyncio.create_task(around.assignment.revoked({TP0}))
        await asyncio.sleep(0.05)
        assert not around.assignment.ready.is_set(), "no other turn may begin"
        assert around.epoch.number == before and around.rounds == []
    await revoked

    assert around.rounds == [before + 1]


async def test_a_turn_that_does_not_end_is_overtaken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assignment, "TURN_S", 0.05)
    around = Around()
    await around.recover()
    partition, before = around.partitions.find(0), around.epoch.number
    assert partition is not None

    async with partition.lock:
        await around.assignment.revoked({TP0})

    assert around.rounds == [before + 1]


async def test_who_was_told_that_it_counts_as_dead_writes_nothing_and_lets_its_state_go() -> None:
    around = Around()
    await around.recover()
    around.expelled = True

    await around.assignment.revoked({TP0})

    assert around.rounds == []
    assert list(around.partitions) == []
    around.assignment.given({TP0}, set(), 2)
    assert around.partitions.live == set()


async def test_who_ends_gives_nothing_away_while_its_last_checkpoint_is_under_way() -> None:
    around = Around()
    await around.recover()
    around.assignment.close()

    revoked = asyncio.create_task(around.assignment.revoked({TP0}))
    await asyncio.sleep(0.05)

    assert not revoked.done()
    around.resting.set()
    await revoked
    assert around.rounds == []
