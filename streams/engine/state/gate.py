"""Accepts only the next offset of a partition, and goes back for what is missing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from streams.engine.contracts import RawRecord
from streams.engine.state.epoch import Epoch
from streams.logs import get_log

log = get_log(__name__)

SILENCE_S = 3.0
"""Without a chunk for so long although the log has more, a partition is fetched again."""
BUSY_FACTOR = 10.0
"""More patience while other partitions bring chunks: under a backlog they take turns."""
LONGEST_SILENCE_S = 60.0


class Partition(Protocol):
    """Names a partition of a topic; hashable."""

    @property
    def topic(self) -> str:
        """Name of the topic."""

    @property
    def partition(self) -> int:
        """Number of the partition."""


class Rewinds(Protocol):
    """What the gate needs of the consumer."""

    def rewinds(self, tp: Any) -> int:
        """How many rewinds of this partition are finished."""

    async def rewind(self, tp: Any, offset: int) -> None:
        """Fetch again from `offset`."""

    async def start_offset(self, tp: Any) -> int:
        """The committed offset, else the log's beginning."""


class GateMetrics(Protocol):
    """What the gate counts."""

    def rewind(self) -> None:
        """The consumer went back."""

    def gap(self, offsets: int) -> None:
        """A true hole was accepted."""


@dataclass(slots=True)
class _Hole:
    """A hole that was seen: it begins at `wanted`, and `rewinds` tries did not fill it."""

    wanted: int
    rewinds: int = 0


class Gate:
    """Lets records of each partition through in order, without a hole.

    A chunk that starts behind the offset wanted is held back and fetched again from there. Chunks on
    their way carry the number of rewinds that were finished when their fetch began: an older one with
    a hole proves nothing. Only when `proofs` fetches, each begun after another rewind, show the same
    hole it is a true one (retention, transaction markers) and is accepted.

    `known(partition)` tells where the state of a partition ends; where it gives None nothing passes. What
    the group has committed is asked only without `known`: who was taken for dead while it recovered would
    find the offset of its heir there.
    """

    def __init__(
        self,
        consumer: Callable[[], Rewinds],
        metrics: GateMetrics,
        epoch: Epoch,
        *,
        known: Callable[[int], int | None] | None = None,
        proofs: int = 2,
    ) -> None:
        self._consumer, self._metrics, self._epoch = consumer, metrics, epoch
        self._known, self._proofs = known, proofs
        self.clear()

    def clear(self) -> None:
        """Forget every expectation: partitions were revoked."""
        self._wanted: dict[Partition, int] = {}
        self._holes: dict[Partition, _Hole] = {}
        self._seen: dict[Partition, tuple[float, float]] = {}
        self._last_chunk = 0.0

    async def wanted(self, tp: Partition) -> int | None:
        """The next offset of a partition; None when a rebalance came in between, or it is not ours."""
        if tp not in self._wanted:
            start = await self._ask(tp) if self._known is None else self._known(tp.partition)
            if start is None:
                return None
            self._wanted.setdefault(tp, start)
        return self._wanted[tp]

    async def _ask(self, tp: Partition) -> int | None:
        epoch = self._epoch.number
        try:
            start = await self._consumer().start_offset(tp)
        except Exception as error:  # the broker is away, or a rebalance has come: tried again
            log.warning("where does a partition start?", **_place(tp), error=type(error).__name__)
            return None
        return start if epoch == self._epoch.number else None

    def position(self, tp: Partition) -> int | None:
        """The next offset as far as it is known already."""
        return self._wanted.get(tp)

    def advance(self, tp: Partition, next_offset: int) -> None:
        """Everything below `next_offset` is processed."""
        self._wanted[tp] = next_offset
        self._holes.pop(tp, None)

    async def admit(self, tp: Partition, records: Sequence[RawRecord], fetch: int) -> Sequence[RawRecord]:
        """The part of a chunk to process now; empty when there is none.

        `fetch` is the number of rewinds finished when the chunk's fetch began.
        """
        wanted = await self.wanted(tp)
        if wanted is None or records[-1].offset < wanted:
            return ()
        self._last_chunk = time.monotonic()
        self._seen[tp] = (self._last_chunk, SILENCE_S)
        first = records[0].offset
        if first > wanted and not await self._is_true_gap(tp, wanted, first, fetch):
            return ()
        return records if first >= wanted else [r for r in records if r.offset >= wanted]

    async def revive(self, tp: Partition, end: int) -> None:
        """Fetch again from the offset wanted when nothing came for a while although the log goes on."""
        wanted = await self.wanted(tp)
        if wanted is None or end <= wanted:
            self._seen.pop(tp, None)
            return
        now = time.monotonic()
        since, patience = self._seen.setdefault(tp, (now, SILENCE_S))
        busy = now - self._last_chunk < SILENCE_S
        if now - since < patience * (BUSY_FACTOR if busy else 1):
            return
        self._seen[tp] = (now, min(2 * patience, LONGEST_SILENCE_S))
        log.info("nothing came: fetching again", **_place(tp), offset=wanted)
        await self._rewind(tp, wanted)

    async def _is_true_gap(self, tp: Partition, wanted: int, first: int, fetch: int) -> bool:
        if fetch < self._consumer().rewinds(tp):
            return False
        hole = self._holes.get(tp)
        if hole is None or hole.wanted != wanted:
            hole = self._holes[tp] = _Hole(wanted)
        if hole.rewinds < self._proofs:
            hole.rewinds += await self._rewind(tp, wanted)
            return False
        log.warning("offsets are gone: going on behind them", **_place(tp), first=wanted, last=first - 1)
        self._metrics.gap(first - wanted)
        return True

    async def _rewind(self, tp: Partition, wanted: int) -> bool:
        """Whether it was done: what is fetched after one that was not proves nothing."""
        self._metrics.rewind()
        try:
            await self._consumer().rewind(tp, wanted)
        except Exception as error:  # a rebalance has come; if not, silence brings the next try
            log.warning("no rewind", **_place(tp), error=type(error).__name__)
            return False
        return True


def _place(tp: Partition) -> dict[str, object]:
    return {"topic": tp.topic, "partition": tp.partition}
