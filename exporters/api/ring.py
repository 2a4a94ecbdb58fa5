"""The newest events of the stream in memory, once for all subscribers."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from exporters.api.positions import BEGINNING, Position
from streams.records import Alert

SIZE = 1024
"""Events that are kept at least; twice as many at most. About 5 kB each."""


@dataclass(frozen=True, slots=True)
class Event:
    """One revision of an alert at its place in the stream; `body` is the same as JSON."""

    position: Position
    alert: Alert
    body: bytes


class Ring:
    """Events in the order of the stream, without a hole between `floor` and `newest`."""

    def __init__(self, size: int = SIZE) -> None:
        self._size = size
        self._events: list[Event] = []
        self.floor = BEGINNING

    def __len__(self) -> int:
        return len(self._events)

    @property
    def newest(self) -> Position:
        """The place of the last event; where the ring began while it has none."""
        return self._events[-1].position if self._events else self.floor

    def restart(self, floor: Position) -> None:
        """Forget everything; what comes next comes after `floor`."""
        self._events = []
        self.floor = floor

    def append(self, event: Event) -> None:
        """Add the event that follows the last; drops the oldest half when there are too many."""
        self._events.append(event)
        if len(self._events) > 2 * self._size:
            self.floor = self._events[-self._size - 1].position
            self._events = self._events[-self._size :]

    def after(self, place: Position, count: int) -> list[Event] | None:
        """Up to `count` events after a place; None when the ring can't tell, behind it or ahead of it."""
        if not self.floor <= place <= self.newest:
            return None
        start = bisect_right(self._events, place, key=lambda event: event.position)
        return self._events[start : start + count]
