"""The partitions that this worker owns, each with its live state."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field

from streams.engine.contracts import Shard, ShardFactory
from streams.records import Alert


@dataclass(slots=True, eq=False)
class Partition:
    """One owned partition of `vitals`."""

    number: int
    shard: Shard
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a chunk goes through the shard: between `observe` and `decide` nothing is encoded."""
    unconfirmed: deque[asyncio.Future[object]] = field(default_factory=deque)
    """The broker's answers, still to come, for what the chunks since the last checkpoint sent."""
    taken: list[Alert] = field(default_factory=list)
    """Alerts that the sink has confirmed and the shard does not know of yet."""
    acknowledged: int = -1
    """The next offset as of the last complete checkpoint; -1 before the first."""
    end: int | None = None
    """An end of the log since this worker took over: nobody before it has judged what is behind."""
    decided_ms: int | None = None
    """Log time of the newest record that was decided here, ms."""
    dropped: bool = False
    start: int | None = None
    """Where it began for the group before its state was read; None where nobody asked."""

    @property
    def next_offset(self) -> int | None:
        """The offset behind the last record decided, else `start`."""
        return self.start if self.shard.position < 0 else self.shard.position + 1

    def settle(self) -> None:
        """Tell the shard what the sink has taken. Call it with the lock held."""
        if self.taken:
            taken, self.taken = self.taken, []
            self.shard.settle(taken)

    def drop_confirmed(self) -> None:
        """Answers that came need not be kept; one that is an error stays for the checkpoint to meet."""
        while self.unconfirmed and _is_good(self.unconfirmed[0]):
            self.unconfirmed.popleft()


class Partitions:
    """Builds a partition's shard from the pages that a recovery found, and keeps it while it is owned."""

    def __init__(
        self,
        factory: ShardFactory,
        take_pages: Callable[[int], Mapping[bytes, bytes]],
        on_built: Callable[[Partition], None],
    ) -> None:
        self._factory, self._take_pages, self._on_built = factory, take_pages, on_built
        self._live: dict[int, Partition] = {}
        self._opening: dict[int, asyncio.Task[None]] = {}
        self.poisoned: set[int] = set()
        """Partitions whose state is only good for being dropped: see `poison` and `abandon`."""

    def __iter__(self) -> Iterator[Partition]:
        return iter([p for p in self._live.values() if p.number not in self.poisoned])

    @property
    def live(self) -> set[int]:
        """Numbers of the partitions that have a shard, or are getting it."""
        return self._live.keys() | self._opening.keys()

    def is_live(self, number: int) -> bool:
        """Whether this partition has a shard, or is getting it."""
        return number in self._live or number in self._opening

    def find(self, number: int) -> Partition | None:
        """The partition, if its shard is built."""
        return self._live.get(number)

    async def open(self, number: int, executor: Executor) -> None:
        """Build the shard of a partition in a thread of `executor`, if it has none.

        Many wearers take seconds, and a loop that stands still so long loses its partitions. What was begun
        goes on when the caller is cancelled: the pages are the table's no longer.
        """
        if number not in self._live:
            task = self._opening.get(number) or asyncio.create_task(self._open(number, executor))
            self._opening[number] = task
            await asyncio.shield(task)

    async def _open(self, number: int, executor: Executor) -> None:
        mine, pages = asyncio.current_task(), self._take_pages(number)
        try:
            shard = await asyncio.get_running_loop().run_in_executor(executor, self._factory, number, pages)
            if self._opening.get(number) is mine:  # else it was dropped meanwhile
                self.keep(number, shard)
        finally:
            if self._opening.get(number) is mine:
                del self._opening[number]

    def keep(self, number: int, shard: Shard) -> Partition:
        """Own a partition from now on, with this state."""
        found = self._live[number] = Partition(number, shard)
        self._on_built(found)
        return found

    def next_offset(self, number: int) -> int | None:
        """Where this partition goes on; None where it is not here, or nothing is known."""
        found = self._live.get(number)
        return None if found is None else found.next_offset

    def keeps(self, partition: Partition) -> bool:
        """Whether this state may be stored: it was neither dropped nor poisoned."""
        return not partition.dropped and partition.number not in self.poisoned

    def poison(self, partition: Partition) -> None:
        """Its shard was left in the middle of a chunk; one that has followed it meanwhile was not."""
        if self._live.get(partition.number) is partition:
            self.poisoned.add(partition.number)

    def abandon(self) -> None:
        """Poison all: another worker may have gone on with what is here, or it is not known to be right."""
        self.poisoned |= self.live

    def drop(self, number: int) -> None:
        """Forget a partition's live state."""
        self.poisoned.discard(number)
        self._opening.pop(number, None)
        found = self._live.pop(number, None)
        if found is not None:
            found.dropped = True


def _is_good(answer: asyncio.Future[object]) -> bool:
    return answer.done() and not answer.cancelled() and answer.exception() is None
