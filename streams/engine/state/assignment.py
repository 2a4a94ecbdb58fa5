"""What happens when partitions come and go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from typing import Any

from faust.types import TP

from streams.engine.names import VITALS
from streams.engine.state.checkpoint import Checkpointer
from streams.engine.state.epoch import Epoch
from streams.engine.state.gate import Gate
from streams.engine.state.partitions import Partitions
from streams.engine.state.table import PageTable
from streams.engine.watching.ends import Standstill, leave
from streams.logs import get_log

log = get_log(__name__)

ASK_AGAIN_S = 1.0
TURN_S = 2.0
"""How long a turn may take to end when partitions are revoked; then it is overtaken."""


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
        executor: Executor,
        bound_s: float,
    ) -> None:
        self._partitions, self._table, self._checkpointer = partitions, table, checkpointer
        self._gates, self._epoch, self._consumer, self._on_drop = gates, epoch, consumer, on_drop
        self._executor, self._bound_s = executor, bound_s
        self._numbers: set[int] = set()
        self._generation = -1
        self._given = False
        self._closed = False
        self.ready = asyncio.Event()
        """Partitions are given and their state is recovered."""
        self.on_open: Callable[[], None] = lambda: None
        """Called when that has come about."""

    def close(self) -> None:
        """Let nothing begin any more."""
        self._closed = True
        self._suspend()

    async def revoked(self, *of: Any, **_others: Any) -> None:
        """End what was begun, then checkpoint: the last chance before another worker goes on."""
        self._given = False
        self._suspend()
        await self._turn_ends()
        self._epoch.raise_()
        for gate in self._gates:
            gate.clear()
        revoked: set[TP] = of[-1]
        if not revoked:
            return
        if not self._closed and self._consumer().is_expelled():
            log.warning("Kafka took this worker for dead: another may have gone on with its state")
            self._partitions.abandon()
            return
        try:
            async with asyncio.timeout(self._bound_s):
                if self._closed:
                    await self._checkpointer.rest()  # the last round may be under way
                    return
                self._acknowledge_anew()
                await self._checkpointer.round()
                await self._consumer().commit_acknowledged()
        except Exception as error:
            # What is still on its way must not reach the broker after another worker has begun.
            leave(f"no checkpoint when partitions were revoked: {type(error).__name__}")

    async def _turn_ends(self) -> None:
        """Let the turn that was begun end: one that is overtaken costs all its partitions their state."""
        with suppress(TimeoutError):
            async with asyncio.timeout(TURN_S):
                for partition in list(self._partitions):
                    async with partition.lock:
                        pass

    def given(self, assigned: set[TP], revoked: set[TP], generation: int) -> None:
        """Drop the state of partitions that did not stay here the whole time."""
        self._numbers = _vitals(assigned)
        missed = generation != self._generation + 1
        self._generation, self._given = generation, True
        self._epoch.raise_()
        live = self._partitions.live
        stays = set() if missed else self._numbers - self._partitions.poisoned
        for number in _vitals(revoked) | (live - stays):
            self._on_drop(number)
            self._partitions.drop(number)
            self._table.forget(number)
        self._acknowledge_anew()

    async def recovered(self) -> None:
        """Let chunks in if the pages are complete."""
        if self._table.is_superseded():
            return
        epoch = self._epoch.number
        while self._given and not self._closed and epoch == self._epoch.number:
            try:
                # In this order: whatever is committed by now stands in the changelog that was read.
                starts = {number: await self._start(number) for number in sorted(self._numbers)}
                unread = await self._table.unread(self._consumer().end_offsets)
            except Exception as error:  # the broker is away, or a rebalance has come
                log.warning("where do partitions and the changelog stand?", error=type(error).__name__)
                await asyncio.sleep(ASK_AGAIN_S)
                continue
            if epoch == self._epoch.number and not self._closed:
                await self._open(unread, starts, epoch)
            return

    async def _start(self, number: int) -> int | None:
        """Where a partition begins for the group, if its state does not tell.

        One that stayed is not asked for again: by now its heir may have committed what it has not seen.
        """
        found = self._partitions.find(number)
        if found is not None and found.next_offset is not None:
            return found.start
        return int(await self._consumer().start_offset(TP(VITALS, number)))

    async def _open(self, unread: list[int], starts: Mapping[int, int | None], epoch: int) -> None:
        if unread:
            self._table.on_error(Standstill(f"the changelog of partitions {unread} was not read to its end"))
            return
        try:
            for number, start in starts.items():
                # Faust lets a recovery go on over the next rebalance: what is not ours any more stays shut.
                if epoch != self._epoch.number or self._closed:
                    return
                await self._partitions.open(number, self._executor)
                found = self._partitions.find(number)
                if found is not None and epoch == self._epoch.number:
                    found.start = start
        except Exception as error:
            self._table.on_error(error)
            return
        if self._given and not self._closed and epoch == self._epoch.number:
            self.ready.set()
            self.on_open()
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
