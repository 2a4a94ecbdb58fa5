"""Counts now and then who is silent: a slow walk over all wearers that never holds up the loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from models.wearer import Wearer
from streams.engine.state.partitions import Partition, Partitions

SHORTEST_S = 5.0
SHARE = 0.002
"""The part of one core that a census may take."""
SLICE_S = 0.002


class CensusMetrics(Protocol):
    """What is told of wearers."""

    def heard(self, partition: int, silent: int, devices: int, stale_devices: int) -> None:
        """Wearers who are silent, devices that are known, and those of them that are silent."""


@dataclass(slots=True)
class Heads:
    """Wearers and devices as they were found."""

    silent: int = 0
    devices: int = 0
    stale: int = 0

    def count(self, wearers: Iterable[Wearer], since: int) -> None:
        """Count some wearers; a device without a sample since then (ms UTC) is silent."""
        for wearer in wearers:
            seen = wearer.seen
            self.silent += seen.silent
            self.devices += len(seen.devices)
            for device in seen.devices.values():
                self.stale += device.newest < since


class Census:
    """Walks over the wearers of every partition, a page at a time, again and again."""

    def __init__(self, partitions: Partitions, stale_ms: int, metrics: CensusMetrics) -> None:
        self._partitions, self._stale_ms, self._metrics = partitions, stale_ms, metrics
        self._cost_s = 0.0

    async def run(self) -> None:
        """Count for ever."""
        while True:
            await asyncio.sleep(max(SHORTEST_S, self._cost_s / SHARE))
            self._cost_s = 0.0
            for partition in self._partitions:
                await self.count(partition)

    async def count(self, partition: Partition) -> None:
        """Count one partition, with the loop's turn in between."""
        heads, since = Heads(), partition.shard.stream_time - self._stale_ms
        began = time.perf_counter()
        for wearers in partition.shard.crowds():
            heads.count(wearers, since)
            if time.perf_counter() - began > SLICE_S:
                self._cost_s += time.perf_counter() - began
                await asyncio.sleep(0)
                began = time.perf_counter()
        self._cost_s += time.perf_counter() - began
        if not partition.dropped:
            self._metrics.heard(partition.number, heads.silent, heads.devices, heads.stale)
