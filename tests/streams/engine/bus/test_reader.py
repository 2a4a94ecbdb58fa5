"""No record is judged before the broker knows by which networks."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from faust.types import TP

from streams.engine.bus.chunks import Chunk
from streams.engine.bus.reader import Reader
from streams.engine.contracts import Effects, RawRecord
from streams.engine.state.epoch import Epoch
from streams.engine.state.partitions import Partition, Partitions
from tests.streams.engine.shards import numbered, raw, simulated
from tests.streams.engine.swaps import Versions, maker

CHUNK = numbered(raw(sent) for sent in simulated(3)[:20])


@dataclass
class Around:
    """Everything around a reader, in as few words as it takes."""

    epoch: Epoch = field(default_factory=Epoch)
    told: list[str] = field(default_factory=list)
    rebalance: bool = False
    error: Exception | None = None
    is_full: bool = False

    def __post_init__(self) -> None:
        self.factory = factory = maker(Versions({"rhythm": "1"}))
        self.partitions = Partitions(factory, lambda number: {}, lambda found: None)
        self.partition = self.partitions.keep(0, factory(0, {}))

    async def room(self) -> None:
        pass

    async def admit(self, tp: TP, records: Sequence[RawRecord], fetch: int) -> Sequence[RawRecord]:
        return records

    def advance(self, tp: TP, next_offset: int) -> None:
        self.told.append(f"advance {next_offset}")

    def add(self, *_: Any) -> None:
        pass

    async def send(self, partition: Partition, effects: Effects) -> None:
        self.told.append("effects")

    def chunk(self, records: int, seconds: float) -> None:
        pass

    def stage(self, stage: str, seconds: float) -> None:
        pass

    async def establish(self, partition: Partition) -> None:
        assert partition.lock.locked() and partition.shard.position == -1
        self.told.append("establish")
        if self.error is not None:
            raise self.error
        partition.shard.own.confirm(partition.shard.own.encode_lineups()[1])
        if self.rebalance:
            self.epoch.raise_()

    async def take(self) -> None:
        with ThreadPoolExecutor(1) as executor:
            reader = Reader(
                self.partitions, self, self, self, self.epoch, executor, self, lambda: True, self.establish,
                self.factory.infer,  # type: ignore[arg-type]
            )  # fmt: skip
            await reader.take([Chunk(TP("vitals", 0), CHUNK, 0)])


async def test_a_partition_is_founded_once_and_before_its_first_record() -> None:
    around = Around()

    await around.take()
    await around.take()

    assert around.told == ["establish", "effects", "advance 20", "effects", "advance 20"]


async def test_a_rebalance_meanwhile_leaves_the_chunk_to_whoever_is_next() -> None:
    around = Around(rebalance=True)

    await around.take()

    assert around.told == ["establish"]
    assert around.partitions.poisoned == set(), "no record was touched"


async def test_a_broker_that_refuses_lets_nothing_be_judged() -> None:
    around = Around(error=OSError("no"))

    with pytest.raises(OSError):
        await around.take()
    with pytest.raises(OSError):
        await around.take()

    assert around.told == ["establish", "establish"]
    assert around.partition.shard.position == -1
