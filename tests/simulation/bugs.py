"""Bugs to plant: each is one line that somebody could write, and each must be found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

from streams.engine.bus.outbox import Outbox
from streams.engine.scoring.book import Book
from streams.engine.state import checkpoint
from streams.engine.state.assignment import Assignment
from streams.engine.state.epoch import Epoch
from streams.engine.state.gate import Gate

Plant = Callable[[], AbstractContextManager[Any]]


def believes_the_first_hole() -> AbstractContextManager[Any]:
    """A chunk that starts behind the offset wanted is taken for the next one."""

    async def is_true_gap(*_: Any) -> bool:
        return True

    return patch.object(Gate, "_is_true_gap", is_true_gap)


def acknowledges_unconfirmed_pages() -> AbstractContextManager[Any]:
    """A checkpoint does not wait for the broker's answers."""

    async def confirmed(_answers: Any) -> None:
        pass

    return patch.object(checkpoint, "confirmed", confirmed)


def takes_a_failed_write_for_done() -> AbstractContextManager[Any]:
    """The outbox forgets alerts that the sink did not take."""
    write = Outbox._write

    async def forgetful(self: Outbox, batch: Any) -> str | None:
        await write(self, batch)
        return None

    return patch.object(Outbox, "_write", forgetful)


def does_not_notice_a_rebalance() -> AbstractContextManager[Any]:
    """What was begun before partitions were revoked goes on after it."""
    return patch.object(Epoch, "raise_", lambda self: None)


def opens_what_has_gone_meanwhile() -> AbstractContextManager[Any]:
    """A recovery goes on opening partitions over the next rebalance."""

    async def open_(
        self: Assignment, unread: list[int], starts: Mapping[int, int | None], epoch: int
    ) -> None:
        for number, start in starts.items():
            await self._partitions.open(number, self._executor)
            if (found := self._partitions.find(number)) is not None:
                found.start = start
        if self._given and epoch == self._epoch.number:
            self.ready.set()
            self._checkpointer.suspended = False

    return patch.object(Assignment, "_open", open_)


def forgets_the_guard_of_a_page() -> AbstractContextManager[Any]:
    """A page that is ahead of the others after a crash takes records that it has seen."""
    load = Book.load

    def careless(self: Book, stored: Mapping[bytes, bytes], on_cold_start: Callable[[str], None]) -> None:
        load(self, stored, on_cold_start)
        for page in self._pages.values():
            page.guard = -1

    return patch.object(Book, "load", careless)


def drops_what_waits_for_the_sink() -> AbstractContextManager[Any]:
    """A page is stored without the alerts that the sink has not taken yet."""
    load = Book.load

    def careless(self: Book, stored: Mapping[bytes, bytes], on_cold_start: Callable[[str], None]) -> None:
        load(self, stored, on_cold_start)
        for page in self._pages.values():
            page.outbox.clear()

    return patch.object(Book, "load", careless)


def does_not_look_whether_others_write() -> AbstractContextManager[Any]:
    """What a worker that was taken for dead has written stays the last word."""

    async def reclaim(_: Any) -> None:
        pass

    return patch.object(checkpoint.Checkpointer, "reclaim", reclaim)


WITH_THE_TOY: Mapping[str, Plant] = MappingProxyType({
    plant.__name__: plant
    for plant in (
        believes_the_first_hole,
        acknowledges_unconfirmed_pages,
        takes_a_failed_write_for_done,
        does_not_notice_a_rebalance,
        opens_what_has_gone_meanwhile,
        does_not_look_whether_others_write,
    )
})  # fmt: skip
WITH_THE_PRODUCT: Mapping[str, Plant] = MappingProxyType({
    plant.__name__: plant for plant in (forgets_the_guard_of_a_page, drops_what_waits_for_the_sink)
})  # fmt: skip
