"""A partition's own page: position, time, line-ups, what answers taught; and what of it the broker has."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from streams.engine.scoring.learning import PartitionLearning
from streams.engine.scoring.lineups import Lineup, Lineups
from streams.engine.scoring.stock import Stock
from streams.engine.state.pages import RIVER, SCHEMA, ClockData, OtherVersion, Seal, Unreadable, clock_key
from streams.intake.clock import StreamClock


class OwnPage:
    """Knows by which networks each record is judged, and lets none be judged by what is not stored.

    Position, stream time and cohorts are stored by checkpoints only. Another line-up goes out with the
    position and what else was stored last: it does not speak for records that are not safe yet.
    """

    def __init__(
        self,
        partition: int,
        seal: Seal,
        stock: Stock,
        stored: Mapping[bytes, bytes],
        on_cold_start: Callable[[str], None],
        learning: PartitionLearning,
    ) -> None:
        self.key = clock_key(partition)
        self.position = -1
        self.clock = StreamClock()
        self.learning = learning
        self._seal, self._stock = seal, stock
        self._safe = ClockData(SCHEMA, RIVER, StreamClock(), Lineups({}))
        self._safe_position = -1
        self._known: Lineups | None = None
        self.lineups = Lineups(dict(stock.lineup))
        if self.key in stored:
            try:
                self._load(stored[self.key])
            except OtherVersion:
                raise
            except Unreadable as unreadable:
                on_cold_start(unreadable.reason)

    def _load(self, value: bytes) -> None:
        self.confirm(value)
        self.position, data = self._seal.open(self.key, value, ClockData)
        self.clock, found = data.clock, data.lineups
        self.learning.restore(data.cohorts)
        self.lineups = Lineups(self._there(found.current), found.since, self._there(found.previous))

    def _there(self, lineup: Lineup) -> Lineup:
        """The line-up with what is wanted now in the place of versions that are gone."""
        wanted, found = self._stock.lineup, Lineup()
        for name, version in lineup.items():
            if self._stock.has(name, version):
                found[name] = version
            elif name in wanted:
                found[name] = wanted[name]
        return found

    @property
    def safe(self) -> int:
        """The last offset that is never read again, as far as the broker is known to have it."""
        return self._safe_position

    @property
    def founded(self) -> bool:
        """Whether the broker has the present line-ups: before that nothing may be judged by them."""
        return self._known == self.lineups

    @property
    def outdated(self) -> bool:
        """Whether another line-up is wanted."""
        return self.lineups.current != self._stock.lineup

    def switch(self, end: int) -> bool:
        """Take the line-up that is wanted; whether it is another and could be taken now.

        `end` is an offset that no worker had reached when this one took over. `founded` is false then.
        """
        if not self.outdated or not self.founded:
            return False
        frontier = max(end, self.position + 1)
        lineups = self.lineups.switched(dict(self._stock.lineup), self._safe_position, frontier)
        if lineups is None:
            return False
        self.lineups = lineups
        return True

    def encode(self) -> tuple[bytes, bytes]:
        """Key and bytes, for a checkpoint: written after all other pages."""
        data = ClockData(SCHEMA, RIVER, self.clock, self.lineups, self.learning.data(self.position))
        return self.key, self._seal.write(self.key, self.position, data)

    def encode_lineups(self) -> tuple[bytes, bytes]:
        """Key and bytes that tell the present line-ups and nothing else that is new."""
        data = ClockData(SCHEMA, RIVER, self._safe.clock, self.lineups, self._safe.cohorts)
        return self.key, self._seal.write(self.key, self._safe_position, data)

    def confirm(self, value: bytes) -> None:
        """The broker has these bytes of this page."""
        self._safe_position, self._safe = self._seal.open(self.key, value, ClockData)
        self._known = self._safe.lineups
