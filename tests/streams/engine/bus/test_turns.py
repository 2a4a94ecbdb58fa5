"""A turn takes chunks of several partitions: the networks run once, and a rebalance leaves none half done."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from faust.types import TP

from streams.engine.bus.chunks import Chunk
from streams.engine.bus.reader import Reader
from streams.engine.contracts import Effects, RawRecord
from streams.engine.state.epoch import Epoch
from streams.engine.state.partitions import Partition, Partitions
from streams.records import Alert
from tests.streams.engine.shards import numbered, raw, simulated
from tests.streams.engine.swaps import Versions, maker

SENT = list(simulated(3))[:600]
LOGS = [numbered(raw(sent) for sent in SENT[part::3]) for part in range(3)]


@dataclass
class Around:
    """Three partitions and a reader that takes a chunk of each in a turn."""

    epoch: Epoch = field(default_factory=Epoch)
    runs: list[int] = field(default_factory=list)
    sent: dict[int, list[Alert]] = field(default_factory=dict)
    reached: dict[int, int] = field(default_factory=dict)
    rebalance_after: int | None = None
    """A rebalance comes while the effects of the so-manieth partition are sent, of -1 while networks run."""
    is_full: bool = False

    def __post_init__(self) -> None:
        self.factory = maker(Versions({"rhythm": "1"}))
        self.partitions = Partitions(self.factory, lambda number: {}, lambda found: None)
        for number in range(3):
            found = self.partitions.keep(number, self.factory(number, {}))
            found.shard.own.confirm(found.shard.own.encode_lineups()[1])

    async def room(self) -> None:
        pass

    async def admit(self, tp: TP, records: Sequence[RawRecord], fetch: int) -> Sequence[RawRecord]:
        return records

    def advance(self, tp: TP, next_offset: int) -> None:
        self.reached[tp.partition] = next_offset

    def add(self, *_: Any) -> None:
        pass

    async def send(self, partition: Partition, effects: Effects) -> None:
        assert partition.lock.locked()
        self.sent.setdefault(partition.number, []).extend(alert for alert, _ in effects.alerts)
        if self.rebalance_after == partition.number:
            self.epoch.raise_()

    def chunk(self, records: int, seconds: float) -> None:
        self.runs.append(records)

    def stage(self, stage: str, seconds: float) -> None:
        pass

    async def establish(self, partition: Partition) -> None:
        raise AssertionError("is founded")

    def infer(self, works: Sequence[Any]) -> None:
        self.factory.infer(works)
        if self.rebalance_after == -1:
            self.epoch.raise_()

    async def take(self, size: int, together: bool) -> None:
        with ThreadPoolExecutor(1) as executor:
            reader = Reader(
                self.partitions, self, self, self, self.epoch, executor, self, lambda: True, self.establish,  # type: ignore[arg-type]
                self.infer,
            )  # fmt: skip
            for first in range(0, len(LOGS[0]), size):
                turn = [Chunk(TP("vitals", n), log[first : first + size], 0) for n, log in enumerate(LOGS)]
                for chunks in [turn] if together else [[chunk] for chunk in turn]:
                    await reader.take(chunks)

    def pages(self) -> list[dict[bytes, bytes]]:
        shards = [partition.shard for partition in self.partitions]
        return [{key: shard.encode(key) for key in shard.dirty()} for shard in shards]


async def test_partitions_together_come_to_what_each_comes_to_alone() -> None:
    together, alone = Around(), Around()

    await together.take(50, together=True)
    await alone.take(50, together=False)

    assert together.runs == [150, 150, 150, 150] and alone.runs == [50] * 12
    assert together.sent == alone.sent and any(alone.sent.values())
    assert [page.keys() for page in together.pages()] == [page.keys() for page in alone.pages()]
    assert together.reached == alone.reached == {0: 200, 1: 200, 2: 200}


async def test_a_rebalance_while_networks_run_poisons_all_of_the_turn() -> None:
    around = Around(rebalance_after=-1)

    await around.take(200, together=True)

    assert around.partitions.poisoned == {0, 1, 2}
    assert around.sent == around.reached == {}


async def test_a_rebalance_in_the_middle_poisons_what_is_not_finished() -> None:
    around = Around(rebalance_after=1)

    await around.take(200, together=True)

    assert around.partitions.poisoned == {2}, "the others are whole, and what they told is sent"
    assert around.sent.keys() == {0, 1} and around.reached == {0: 200}
    locks = [around.partitions.find(number) for number in range(3)]
    assert not any(found.lock.locked() for found in locks if found is not None)


async def test_a_partition_that_a_checkpoint_holds_is_waited_for() -> None:
    around = Around()
    held = around.partitions.find(1)
    assert held is not None

    async with held.lock:
        task = asyncio.create_task(around.take(200, together=True))
        await asyncio.sleep(0.05)
        assert around.sent == {}
    await task

    assert around.reached == {0: 200, 1: 200, 2: 200}
