"""What is known of the changelog: pages that a recovery found, and whether others write where we do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Stamp = Callable[[bytes], int]


class Changelog:
    """Keeps, of each page, the record with the highest stamp: a later one can be a zombie's.

    Compaction keeps the last one instead. So who has a partition must know when a zombie has written
    there, and store its pages again (`intruded`).
    """

    def __init__(self, stamp: Stamp) -> None:
        self._stamp = stamp
        self._found: dict[int, dict[bytes, tuple[int, bytes]]] = {}
        self._overwritten: dict[int, set[bytes]] = {}
        """Of each partition the pages whose last record is older than one before it."""
        self._ends: dict[int, int] = {}
        """Where each partition that was read ends if nobody else writes there; -1 to tell of it at once."""

    def find(self, partition: int, key: bytes, value: bytes | None) -> None:
        """The next record of a partition during a recovery; no value is a tombstone."""
        pages = self._found.setdefault(partition, {})
        overwritten = self._overwritten.setdefault(partition, set())
        if value is None:
            pages.pop(key, None)
            overwritten.discard(key)
            return
        stamp = self._stamp(value)
        if key not in pages or stamp >= pages[key][0]:
            pages[key] = (stamp, value)
            overwritten.discard(key)
        else:
            overwritten.add(key)

    def take(self, partition: int) -> dict[bytes, bytes]:
        """What was found of a partition; it is not kept any longer."""
        return {key: value for key, (_, value) in self._found.pop(partition, {}).items()}

    def read(self, partition: int, end: int) -> None:
        """A partition was read up to the offset `end`; call it before it is at work."""
        self._ends[partition] = -1 if self._overwritten.pop(partition, None) else end

    def write(self, partition: int) -> None:
        """One more record of ours is on its way."""
        if partition in self._ends:  # else it has just been forgotten
            self._ends[partition] += 1

    def forget(self, partition: int) -> None:
        """It will be read from its beginning again."""
        self._found.pop(partition, None)
        self._overwritten.pop(partition, None)
        self._ends.pop(partition, None)

    @property
    def partitions(self) -> list[int]:
        """Those that were read."""
        return sorted(self._ends)

    def intruded(self, ends: Mapping[int, int]) -> list[int]:
        """Partitions that end further on than they should: somebody else has written since the last look."""
        grown = {number: end for number, end in ends.items() if end > self._ends.get(number, end)}
        self._ends |= grown
        return sorted(grown)
