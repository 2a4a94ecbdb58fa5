"""Which wearers have fallen silent: a heap of the times at which silence would count."""

from __future__ import annotations

import heapq

from models.wearer import Wearer


class Alarm:
    """Watches wearers by stream time; an entry that no longer holds costs its time in the heap only."""

    def __init__(self, patience: int) -> None:
        """`patience`: silence that counts, ms of stream time."""
        self._patience = patience
        self._heap: list[tuple[int, str, Wearer]] = []

    def watch(self, wearer: Wearer) -> None:
        """Watch a wearer heard of after a silence, or at an earlier time than before."""
        heapq.heappush(self._heap, (wearer.seen.heard + self._patience, wearer.name, wearer))

    def forget(self, name: str) -> None:
        """Watch a wearer no more."""
        self._heap = [entry for entry in self._heap if entry[1] != name]
        heapq.heapify(self._heap)

    def oldest(self, now: int) -> int:
        """A time (ms) that no watched wearer was last heard of before; `now` when none is watched."""
        return self._heap[0][0] - self._patience if self._heap else now

    def due(self, now: int) -> list[Wearer]:
        """Wearers not heard of for too long at stream time `now` (ms), longest silence first.

        A wearer heard of since is watched on; its entry is only then moved, which keeps a packet cheap.
        """
        heap = self._heap
        if not heap or heap[0][0] > now:
            return []
        found: dict[str, tuple[int, str, Wearer]] = {}
        while heap and heap[0][0] <= now:
            _, name, wearer = heapq.heappop(heap)
            deadline = wearer.seen.heard + self._patience
            if wearer.seen.silent or name in found:
                continue
            if deadline > now:
                heapq.heappush(heap, (deadline, name, wearer))
            else:
                found[name] = deadline, name, wearer
        return [wearer for _, _, wearer in sorted(found.values(), key=lambda entry: entry[:2])]
