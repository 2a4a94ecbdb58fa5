"""What happens when partitions come and go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from faust.types import TP

from streams.engine.checkpoint import Checkpointer
from streams.engine.ends import leave
from streams.engine.epoch import Epoch
from streams.engine.gate import Gate
from streams.engine.names import VITALS
from streams.engine.partitions import Partitions
from streams.engine.table import PageTable


class Assignment:
    """Keeps live state only while it is certain that no other worker had the partition.

    Faust revokes every partition at each rebalance and tells afterwards which of them stay. A state
    stays with them when this worker took part in every generation, so that nobody else can have gone on
    with it, and when no chunk was left in its middle.
    """

    def __init__(
        self,
        partitions: Partitions,
        table: PageTable,
        checkpointer: Checkpointer,
        gates: list[Gate],
        epoch: Epoch,
        consumer: Callable[[], Any],
        on_drop: Callable[[int], None],
        bound_s: float,
    ) -> None:
        self._partitions, self._table, self._checkpointer = partitions, table, checkpointer
        self._gates, self._epoch, self._consumer, self._on_drop = gates, epoch, consumer, on_drop
        self._bound_s = bound_s
        self._generation = -1
        self._closed = False
        self.ready = asyncio.Event()
        """Partitions are given and their state is recovered."""

    def close(self) -> None:
        """Let nothing begin any more."""
        self._closed = True
        self._suspend()

    async def revoked(self, *of: Any, **_others: Any) -> None:
        """End what was begun, then checkpoint: the last chance before another worker goes on."""
        self._epoch.raise_()
        self._suspend()
        for gate in self._gates:
            gate.clear()
        revoked: set[TP] = of[-1]
        if self._closed or not revoked:
            return
        self._acknowledge_anew()
        try:
            async with asyncio.timeout(self._bound_s):
                await self._checkpointer.round()
                await self._consumer().commit_acknowledged()
        except Exception as error:
            # What is still on its way must not reach the broker after another worker has begun.
            leave(f"no checkpoint when partitions were revoked: {type(error).__name__}")

    def given(self, assigned: set[TP], revoked: set[TP], generation: int) -> None:
        """Drop the state of partitions that did not stay here the whole time."""
        missed = generation != self._generation + 1
        self._generation = generation
        self._epoch.raise_()
        live = self._partitions.live
        stays = set() if missed else _vitals(assigned) - self._partitions.poisoned
        for number in _vitals(revoked) | (live - stays):
            self._on_drop(number)
            self._partitions.drop(number)
            self._table.forget(number)
        self._acknowledge_anew()

    async def recovered(self) -> None:
        """The pages are complete: let chunks in."""
        if self._consumer().app.consumer_generation_id == self._generation and not self._closed:
            self.ready.set()
            self._checkpointer.suspended = False

    def _suspend(self) -> None:
        self.ready.clear()
        self._checkpointer.suspended = True

    def _acknowledge_anew(self) -> None:
        """What was acknowledged and not committed is forgotten by Faust when partitions move."""
        for partition in self._partitions:
            partition.acknowledged = -1


def _vitals(tps: set[TP]) -> set[int]:
    return {tp.partition for tp in tps if tp.topic == VITALS}
