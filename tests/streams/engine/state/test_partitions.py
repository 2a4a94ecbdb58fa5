"""Shards are built beside the loop, each once, and what a rebalance takes away meanwhile is not kept."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import cast

import pytest

from streams.engine.contracts import Shard
from streams.engine.state.partitions import Partition, Partitions
from tests.streams.engine.state.test_gate import Record
from tests.streams.engine.toy import ToyFactory, ToyShard

PAGES = {b"0/1": b"page"}


@dataclass
class Slow:
    """A factory that waits until it may go on."""

    go_on: threading.Event = field(default_factory=threading.Event)
    made: list[int] = field(default_factory=list)
    error: Exception | None = None

    def __call__(self, partition: int, pages: Mapping[bytes, bytes]) -> Shard:
        assert self.go_on.wait(10)
        if self.error:
            raise self.error
        self.made.append(partition)
        return ToyFactory()(partition, {})


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


@pytest.fixture
def slow() -> Iterator[Slow]:
    factory = Slow()
    yield factory
    factory.go_on.set()


def partitions(factory: Slow, built: list[int] | None = None) -> Partitions:
    taken = {0: dict(PAGES), 1: dict(PAGES)}

    def note(found: Partition) -> None:
        if built is not None:
            built.append(found.number)

    return Partitions(factory, lambda number: taken.pop(number), note)


async def test_the_loop_goes_on_while_a_shard_is_built(slow: Slow, executor: ThreadPoolExecutor) -> None:
    built: list[int] = []
    found = partitions(slow, built)

    opening = asyncio.create_task(found.open(0, executor))
    await asyncio.sleep(0.05)

    assert not opening.done()
    assert found.is_live(0), "pages that come meanwhile are older"
    assert found.find(0) is None
    slow.go_on.set()
    await opening
    await found.open(1, executor)
    assert (slow.made, built) == ([0, 1], [0, 1])
    assert found.find(1) is not None


async def test_a_shard_that_stays_is_built_once_though_its_waiter_is_cancelled(
    slow: Slow, executor: ThreadPoolExecutor
) -> None:
    found = partitions(slow)
    opening = asyncio.create_task(found.open(0, executor))
    await asyncio.sleep(0.05)

    opening.cancel()
    again = asyncio.create_task(found.open(0, executor))
    slow.go_on.set()
    await again

    assert slow.made == [0]
    assert found.live == {0}


async def test_what_is_dropped_while_it_is_built_is_not_kept(
    slow: Slow, executor: ThreadPoolExecutor
) -> None:
    built: list[int] = []
    found = partitions(slow, built)
    opening = asyncio.create_task(found.open(0, executor))
    await asyncio.sleep(0.05)

    found.drop(0)
    slow.go_on.set()
    await opening

    assert built == []
    assert found.live == set()


async def test_what_goes_wrong_is_told_and_nothing_is_left_half_open(
    slow: Slow, executor: ThreadPoolExecutor
) -> None:
    slow.error = ValueError("broken")
    slow.go_on.set()
    found = partitions(slow)

    with pytest.raises(ValueError, match="broken"):
        await found.open(0, executor)

    assert found.live == set()


def test_asking_for_a_partition_that_is_not_here_builds_nothing(slow: Slow) -> None:
    found = partitions(slow)

    assert found.next_offset(0) is None
    assert found.live == set()


def test_a_partition_goes_on_where_its_state_ends_else_where_the_group_began(slow: Slow) -> None:
    found = partitions(slow).keep(0, cast("Shard", ToyShard(0, {})))
    found.start = 40
    assert found.next_offset == 40

    found.shard.finish(found.shard.observe([Record(70, b"k", b"1")]))

    assert found.next_offset == 71


def test_a_chunk_that_ends_late_does_not_poison_the_shard_that_came_after_its_own(slow: Slow) -> None:
    found = partitions(slow)
    before = found.keep(0, cast("Shard", ToyShard(0, {})))
    found.drop(0)
    found.keep(0, cast("Shard", ToyShard(0, {})))

    found.poison(before)

    assert found.poisoned == set()
