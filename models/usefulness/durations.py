"""How long the evidence of useful and of useless alerts lasts after the raise, by condition and side.

Counts in a few bands of minutes. Waiting helps only where what is useless ends sooner than what is useful.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

EDGES: Final = (2, 5, 8, 10, 15, 20, 25, 30, 45, 60)
"""Minutes at which a band begins, after the first; a wait is one of them."""
PRIOR: Final = 2.0
"""Alerts that the common course of both kinds counts as, when the share of one kind is taken."""
FULL: Final = 400
"""Alerts of one condition above which old ones fade: counts are halved."""
_BANDS = len(EDGES) + 1


class Durations:
    """Counts by condition and side: bands of useless alerts, then of useful ones."""

    def __init__(self, counts: dict[str, list[int]]) -> None:
        self._counts = {course: list(found) for course, found in counts.items()}

    def snapshot(self) -> dict[str, list[int]]:
        """The counts, in order of their names."""
        return {course: list(self._counts[course]) for course in sorted(self._counts)}

    def count(self, course: str, useful: bool, lasted: int, step: int) -> None:
        """Count an alert whose evidence lasted so many minutes, or take it back (`step` -1)."""
        counts = self._counts.setdefault(course, [0] * (2 * _BANDS))
        place = bisect_right(EDGES, lasted) + _BANDS * useful
        counts[place] = max(counts[place] + step, 0)
        if sum(counts) > FULL:
            self._counts[course] = [number // 2 for number in counts]

    def useless(self, course: str) -> int:
        """How many useless alerts were counted."""
        return sum(self._counts.get(course, ())[:_BANDS])

    def gone(self, course: str, useful: bool) -> list[float]:
        """For a wait of each of EDGES: the share of this kind of alert that would end before."""
        counts = self._counts.get(course, [0] * (2 * _BANDS))
        useless, good = counts[:_BANDS], counts[_BANDS:]
        both = [a + b for a, b in zip(useless, good, strict=True)]
        kind = good if useful else useless
        every, all_of_kind = max(sum(both), 1), sum(kind)
        shares, before, before_both = [], 0, 0
        for number, common in zip(kind[:-1], both, strict=False):
            before, before_both = before + number, before_both + common
            shares.append((before + PRIOR * before_both / every) / (all_of_kind + PRIOR))
        return shares
