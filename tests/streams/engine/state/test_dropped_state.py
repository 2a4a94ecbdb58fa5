"""What a rebalance takes away is freed at once: a worker never looks for cycles among what is old."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.core import make_plain
from bench.packets import Packet, Record, Size, partitioned, simulate
from streams.engine.scoring.shard import ShardMaker
from streams.engine.state.partitions import Partition, Partitions

NUMBERS = range(4)


@pytest.fixture
def packets() -> list[Packet]:
    return simulate(Size(60, 60), wearers=8, hours=0.4)


@pytest.fixture
def no_collections() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def scored(maker: ShardMaker, partition: Partition, records: list[Record]) -> dict[bytes, bytes]:
    """Take records through the partition's shard; gives its pages."""
    shard = partition.shard
    work = shard.observe(records)
    maker.infer([work])
    if shard.decide(work):
        shard.explain(work)
    shard.settle(alert for alert, _ in shard.finish(work).alerts)
    return {key: shard.encode(key) for key in shard.dirty()} | dict([shard.encode_clock()])


async def lives(
    maker: ShardMaker, partitions: Partitions, logs: list[list[Record]], stored: dict[int, dict[bytes, bytes]]
) -> int:
    """Give partitions, let them score, take them away; gives how many objects are left over as garbage."""
    with ThreadPoolExecutor(1) as pool:
        for number in NUMBERS:
            await partitions.open(number, pool)
        for number in NUMBERS:
            found = partitions.find(number)
            assert found is not None
            stored[number] = scored(maker, found, logs[number])
        del found
        await asyncio.sleep(0)
        gc.collect()
        for number in NUMBERS:
            partitions.drop(number)
        return gc.collect()


def test_neither_new_nor_recovered_state_is_garbage_when_partitions_go(
    packets: list[Packet], no_collections: None
) -> None:
    logs, stored = partitioned(packets), dict[int, dict[bytes, bytes]]()
    halves = [[log[: len(log) // 2] for log in logs], [log[len(log) // 2 :] for log in logs]]
    maker = make_plain()
    partitions = Partitions(maker, lambda number: stored.get(number, {}), lambda partition: None)

    left = [asyncio.run(lives(maker, partitions, half, stored)) for half in halves]

    assert sum(len(pages) for pages in stored.values()) > len(packets[0].key)
    assert left == [0, 0]
