"""The Faust table whose changelog holds the pages of every partition's state."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, cast

import faust
from faust.tables.manager import TableManager
from faust.tables.recovery import Recovery
from faust.types import TP, FutureMessage

from streams.engine.state.changelog import Changelog

Ends = Callable[[set[TP]], Awaitable[Mapping[TP, int]]]
"""Asks the broker for the offsets behind the last records."""


class PageTable(faust.Table[bytes, bytes]):
    """Writes pages to the changelog, and collects them from it during a recovery.

    Keys begin with `b"<partition>/"`. Faust's own copy of the values is not used: the live state is in
    the shards, and what a recovery found is kept here only until its shard is built.
    """

    logger = logging.getLogger("faust.tables")
    known: Changelog
    is_live: Callable[[int], bool]
    """Whether a shard of this partition is at work: its pages are older than it then."""
    on_generation: Callable[[set[TP], set[TP], int], None]
    """Called with (assigned, revoked, generation) before a recovery begins."""
    on_error: Callable[[BaseException], None]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._read: dict[TP, int] = {}
        self._sent: list[FutureMessage] = []

    def write(self, key: bytes, value: bytes) -> FutureMessage:
        """Send a page to the changelog; the future has the broker's answer."""
        self.on_key_set(key, value)
        self.known.write(self.partition_for_key(key))
        return self._sent.pop()

    def forget(self, partition: int) -> None:
        """Read this partition's changelog from its beginning at the next recovery."""
        self.known.forget(partition)
        tp = TP(self.changelog_topic_name, partition)
        self._read.pop(tp, None)
        self._recovery.revoke(tp)

    def is_superseded(self) -> bool:
        """Whether the recovery that just ended was for an assignment that is past: another one follows."""
        return self._recovery.signal_recovery_start.is_set()

    async def unread(self, ends: Ends) -> list[int]:
        """Partitions whose changelog was not read to its end: Faust goes on when a request timed out."""
        found = await ends(set(self._recovery.active_tps))
        read = self._recovery.active_offsets
        for tp, end in found.items():
            if not self.is_live(tp.partition):
                self.known.read(tp.partition, end)
        return [tp.partition for tp, end in found.items() if (-1 if read[tp] is None else read[tp]) < end - 1]

    async def intruded(self, ends: Ends) -> list[int]:
        """Partitions in whose changelog somebody else has written since this was asked last."""
        found = await ends({TP(self.changelog_topic_name, number) for number in self.known.partitions})
        return self.known.intruded({tp.partition: end for tp, end in found.items()})

    def recovered(self) -> int:
        """How far the changelogs of all partitions were read: it changes while a recovery goes on."""
        return sum(self._read.values())

    # -- what Faust calls

    def partition_for_key(self, key: bytes) -> int:
        """The partition that a page belongs to: pages are written outside of any stream's iteration."""
        return int(key.partition(b"/")[0])

    def on_key_set(self, key: bytes, value: bytes) -> None:
        """Send the change, and keep its future: Faust only logs a failed one."""
        self._sent.append(self.send_changelog(self.partition_for_key(key), key, value))

    def apply_changelog_batch(self, batch: Iterable[Any]) -> None:
        """Keep what is of partitions that have no shard."""
        try:
            for message in (event.message for event in batch):
                if not self.is_live(message.partition):
                    self.known.find(message.partition, message.key, message.value)
        except Exception as error:  # Faust would log a warning and go on with half a state
            self.on_error(error)
            raise

    async def on_changelog_event(self, event: Any) -> None:
        """Undo Faust's note of an event that was queued before a rebalance: it would skip those before it."""
        message = event.message
        offsets = self._recovery.active_offsets
        if message.generation_id == self.app.consumer_generation_id:
            self._read[message.tp] = message.offset
        elif message.tp in offsets:
            offsets[message.tp] = self._read.get(message.tp, -1)

    async def on_rebalance(
        self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0
    ) -> None:
        """Drop what is not this worker's any longer before Faust's recovery looks what to read."""
        await super().on_rebalance(assigned, revoked, newly_assigned, generation_id)
        self.on_generation(assigned, revoked, generation_id)

    @property
    def _recovery(self) -> Recovery:
        return cast("TableManager", self.app.tables).recovery
