"""When wearers that are silent are looked at again: their alerts may want a reminder, or a snooze ends.

A silent wearer is decided again on a grid of stream time that begins with the silence, whatever was
decided of it: so the same records lead to the same looks, however they came in chunks.
"""

from __future__ import annotations

import heapq

from models.wearer import Wearer

EVERY_MS = 300_000
"""As often as a `high` alert is reminded of (models/policy/policy.toml)."""
LONGEST_MS = 86_400_000
"""A longer silence is nobody's acute concern: what is acute has lapsed, and looks end."""


class Nudges:
    """Looks at silent wearers that are due; the entry of an old silence costs its time in the heap."""

    def __init__(self, patience: int) -> None:
        """`patience`: ms of stream time after which not being heard is silence."""
        self._patience = patience
        self._heap: list[tuple[int, str, int, Wearer]] = []

    def watch(self, wearer: Wearer, now: int, fresh: bool = False) -> None:
        """Look at this silent wearer again at the first time of its grid after stream time `now` (ms).

        `fresh`: just found to be silent, so that it is looked at once also when time went on by days.
        """
        heard = wearer.seen.heard
        begin = heard + self._patience
        looks = max((now - begin) // EVERY_MS + 1, 1)
        if fresh or looks * EVERY_MS <= LONGEST_MS:
            due = begin + min(looks * EVERY_MS, LONGEST_MS)
            heapq.heappush(self._heap, (due, wearer.name, heard, wearer))

    def forget(self, name: str) -> None:
        """Look at a wearer no more."""
        self._heap = [entry for entry in self._heap if entry[1] != name]
        heapq.heapify(self._heap)

    def due(self, now: int) -> list[Wearer]:
        """Silent wearers to look at, at stream time `now` (ms); each is watched on."""
        found: list[Wearer] = []
        while self._heap and self._heap[0][0] <= now:
            _, _, heard, wearer = heapq.heappop(self._heap)
            if wearer.seen.silent and wearer.seen.heard == heard:
                found.append(wearer)
        for wearer in found:
            self.watch(wearer, now)
        return found
