"""Partitions in memory that grow in number: what a real growth does to pages, and no more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from models.snapshot import WearerSnapshot
from streams.engine.scoring.shard import ShardMaker, WearerShard
from streams.engine.state.pages import PAGES, clock_key, page_key
from streams.growing.place import place_among
from streams.growing.regroup import pool, regroup
from streams.records import Alert
from tests.integration.test_real_core_kills import snapshots
from tests.streams.engine.shards import Raw

Pages = Mapping[int, Mapping[bytes, bytes]]


@dataclass
class Topology:
    """So many partitions, each with its shard and the end of its log."""

    make: ShardMaker
    partitions: int
    stored: Pages = field(default_factory=dict)
    ends: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    shards: dict[int, WearerShard] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number in range(self.partitions):
            self.shards[number] = self.make(number, self.stored.get(number, {}))

    def play(self, records: Iterable[Raw]) -> dict[tuple[str, int], Alert]:
        """Give each record to its key's partition; the alerts of that."""
        place, alerts = place_among(self.partitions), dict[tuple[str, int], Alert]()
        for record in records:
            number = place(record.key or b"")
            effects = self.shards[number].take([replace(record, offset=self.ends[number])])
            self.ends[number] += 1
            alerts |= {(alert.id, alert.revision): alert for alert, _ in effects.alerts}
        return alerts

    def take(self, records: Iterable[Any]) -> set[tuple[str, int]]:
        """Give records to the partitions that they are in, one by one; id and revision of each alert."""
        ends, alerts = dict(self.ends), set[tuple[str, int]]()
        for record in records:
            told = self.shards[record.partition].take([record]).alerts
            alerts |= {(alert.id, alert.revision) for alert, _ in told}
            ends[record.partition] = record.offset + 1
        self.ends.update(ends)
        return alerts

    def pages(self) -> Pages:
        """All that the last checkpoint would have stored."""
        found: dict[int, dict[bytes, bytes]] = {}
        for number, shard in self.shards.items():
            if self.ends[number] or number in self.stored:
                for wearer in shard.book.wearers():
                    shard.book.touch(wearer.name.encode())
                found[number] = {key: shard.encode(key) for key in shard.dirty()}
                found[number] |= dict([shard.encode_clock()])
        return found

    def grown(self, partitions: int) -> Topology:
        """The same with more partitions."""
        stamps = [self.ends[number] - 1 for number in range(self.partitions)]
        stamps += [-1] * (partitions - self.partitions)
        seal, place, old = self.make.seal, place_among(partitions), self.pages()
        new = defaultdict[int, dict[bytes, bytes]](dict)
        for page in range(PAGES):
            found = {p: pages[page_key(p, page)] for p, pages in old.items() if page_key(p, page) in pages}
            for number, value in regroup(seal, page, found, place, stamps).items():
                new[number][page_key(number, page)] = value
        own = {number: pages[clock_key(number)] for number, pages in old.items()}
        for number, value in pool(seal, own, stamps).items():
            new[number][clock_key(number)] = value
        ends = defaultdict(int, {number: stamp + 1 for number, stamp in enumerate(stamps)})
        return Topology(self.make, partitions, new, ends)

    def states(self) -> dict[str, WearerSnapshot]:
        """Every wearer's state."""
        found: dict[str, WearerSnapshot] = {}
        for shard in self.shards.values():
            more = snapshots(shard)
            assert found.keys().isdisjoint(more), "a wearer is in one partition"
            found |= more
        return found
