"""Writes changed state to the changelog, waits for the broker, and only then acknowledges."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Protocol

from faust.types import TP

from streams.engine.bus.produce import confirmed
from streams.engine.names import VITALS
from streams.engine.state.partitions import Partition, Partitions
from streams.engine.state.table import Ends
from streams.logs import get_log

log = get_log(__name__)

SLICE_S = 0.005
"""How long pages are encoded before the loop gets its turn."""
WINDOW_BYTES = 8 * 1024 * 1024
"""Pages on their way to the broker at once."""
SHARE = 0.05
"""The part of one core that checkpoints may take."""
WRITE_COST_S = 0.00025
"""What Faust and the client need for one table write besides encoding (measured, CPU)."""


class CheckpointMetrics(Protocol):
    """What a checkpoint tells."""

    def checkpoint(
        self, partition: int, pages: int, size_bytes: int, seconds: float, now: float | None = None
    ) -> None:
        """A checkpoint is complete."""

    def switched(self) -> None:
        """A partition went over to another line-up, and the broker knows."""

    def intrusion(self) -> None:
        """Another worker wrote state of a partition that is this one's."""


class Pages(Protocol):
    """Where pages are written."""

    def write(self, key: bytes, value: bytes) -> Awaitable[object]:
        """Send a page; the awaitable is the broker's answer."""

    def intruded(self, ends: Ends) -> Awaitable[list[int]]:
        """Partitions in whose changelog somebody else has written since this was asked last."""


class Checkpointer:
    """Checkpoints partitions one after the other, never two at once.

    `acknowledge(partition, next_offset)` is called when everything below is safe. `check` is called
    before every write and acknowledgement, and does not return when this worker must not write any more.
    `ends` asks the broker where partitions of topics end.
    """

    def __init__(
        self,
        partitions: Partitions,
        pages: Pages,
        acknowledge: Callable[[int, int], None],
        check: Callable[[], None],
        ends: Ends,
        metrics: CheckpointMetrics,
        *,
        shortest_s: float,
        longest_s: float,
    ) -> None:
        self._partitions, self._pages = partitions, pages
        self._acknowledge, self._check, self._ends, self._metrics = acknowledge, check, ends, metrics
        self._shortest_s, self._longest_s = shortest_s, longest_s
        self._turn = asyncio.Lock()
        self._cost_s = 0.0
        self.suspended = True
        """No checkpoints by the clock: partitions were revoked and not given yet."""

    @property
    def interval_s(self) -> float:
        """Pause until the next round: longer when the last one cost much."""
        return min(max(self._cost_s / SHARE, self._shortest_s), self._longest_s)

    async def run(self) -> None:
        """Checkpoint for ever."""
        while True:
            await asyncio.sleep(self.interval_s)
            if not self.suspended:
                await self.round()
                await self.reclaim()
                await self.switch()

    async def round(self) -> None:
        """Checkpoint every partition once."""
        async with self._turn:
            self._cost_s = 0.0
            for partition in self._partitions:
                await self._checkpoint(partition)

    async def rest(self) -> None:
        """Wait until no checkpoint is under way."""
        async with self._turn:
            pass

    async def reclaim(self) -> None:
        """Let all pages be stored again where another worker has written: compaction keeps what comes last.

        It was taken for dead, and what it had sent came late.
        """
        try:
            intruded = await self._pages.intruded(self._ends)
        except Exception as error:  # the broker is away: asked again after the next round
            log.warning("where do changelogs end?", error=type(error).__name__)
            return
        for partition in self._partitions:
            if partition.number in intruded:
                log.warning("another worker wrote state: all is stored again", partition=partition.number)
                self._metrics.intrusion()
                async with partition.lock:
                    partition.shard.touch_all()
                    partition.acknowledged = -1

    async def switch(self) -> None:
        """Let every partition go over to the line-up of networks that is wanted, where it can."""
        async with self._turn:
            for partition in self._partitions:
                if partition.shard.own.outdated and not partition.dropped:
                    await self._switch(partition)

    async def _switch(self, partition: Partition) -> None:
        if partition.end is None:
            try:
                tp = TP(VITALS, partition.number)
                partition.end = (await self._ends({tp}))[tp]
            except Exception as error:  # the broker is away: tried again after the next round
                log.warning(
                    "where does a partition end?", partition=partition.number, error=type(error).__name__
                )
                return
        async with partition.lock:
            if self.suspended or not self._partitions.keeps(partition):
                return
            if partition.shard.own.switch(partition.end):
                await self.establish(partition)
                self._metrics.switched()

    async def establish(self, partition: Partition) -> None:
        """Let the broker know by which networks a partition is judged. Call it with the lock held."""
        key, value = partition.shard.own.encode_lineups()
        self._check()
        await self._pages.write(key, value)
        self._check()
        partition.shard.own.confirm(value)

    async def _checkpoint(self, partition: Partition) -> None:
        began = time.monotonic()
        shard = partition.shard
        async with partition.lock:
            if not self._partitions.keeps(partition):
                return
            partition.settle()
            next_offset, answers = partition.next_offset, list(partition.unconfirmed)
            keys, clock = shard.dirty(), shard.encode_clock()
        if next_offset is None or (next_offset == partition.acknowledged and not keys):
            return
        written = await self._write_pages(partition, keys)
        await confirmed(answers)
        partition.drop_confirmed()
        if not self._partitions.keeps(partition):
            return
        self._check()
        await self._pages.write(*clock)
        self._check()
        if not self._partitions.keeps(partition):  # its heir may have committed more
            return
        shard.own.confirm(clock[1])
        partition.acknowledged = next_offset
        self._acknowledge(partition.number, next_offset)
        seconds = time.monotonic() - began
        self._metrics.checkpoint(partition.number, len(keys) + 1, written + len(clock[1]), seconds)

    async def _write_pages(self, partition: Partition, keys: list[bytes]) -> int:
        """Write these pages and wait for the answers; gives their bytes.

        Whoever reads a page that is ahead after a crash skips the records that it has seen. So what they
        led to is with the broker before the page is.
        """
        total, window, answers = 0, 0, list[Awaitable[object]]()
        left = iter(keys)
        while True:
            async with partition.lock:
                if not self._partitions.keeps(partition):
                    return total
                pages, before = self._encode_slice(partition, left), list(partition.unconfirmed)
            await confirmed(before)
            if not self._partitions.keeps(partition):
                return total
            answers += [self._write(key, value) for key, value in pages]
            size = sum(len(value) for _, value in pages)
            total, window = total + size, window + size
            if not pages or window > WINDOW_BYTES:
                await confirmed(answers)
                answers, window = [], 0
            if not pages:
                return total
            await asyncio.sleep(0)

    def _write(self, key: bytes, value: bytes) -> Awaitable[object]:
        self._check()
        return self._pages.write(key, value)

    def _encode_slice(self, partition: Partition, keys: Iterator[bytes]) -> list[tuple[bytes, bytes]]:
        began, cpu = time.perf_counter(), time.thread_time()
        pages = list[tuple[bytes, bytes]]()
        for key in keys:
            pages.append((key, partition.shard.encode(key)))
            if time.perf_counter() - began > SLICE_S:
                break
        # What others on the machine take meanwhile is no cost: state would be stored ever more rarely.
        self._cost_s += time.thread_time() - cpu + WRITE_COST_S * len(pages)
        return pages
