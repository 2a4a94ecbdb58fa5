"""What is usual for a wearer over days: nights, illness, and usuals that move. Fed minute by minute."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from models.online.clock import BLOCK, GAP_ZERO, Clocks
from models.online.illness import Onset, Watch
from models.online.moves import Move, moves, suspects
from models.online.nights import DAWN, DAY, Nights
from models.online.progressive import Error
from models.signals.activity import Context
from models.signals.windows import MINUTE
from streams.records import Drift

CALM_AFTER: Final = 12
"""Minutes without activity before a pulse is at rest (Mishra et al. 2020, Nat Biomed Eng 4:1208)."""


class News(msgspec.Struct, frozen=True, gc=False):
    """What a minute brought to an end, and what that showed."""

    night: Onset | None = None
    moved: tuple[Drift, ...] = ()
    """Usuals that have moved, told once, a day after."""
    errors: tuple[Error, ...] = ()
    """Of the night's vitals as their usual foretold them: signals with `_night` behind."""


class Own(msgspec.Struct, array_like=True, gc=False):
    """The slow part of a wearer's own normal: plain numbers and bytes, stored as it is."""

    nights: Nights = msgspec.field(default_factory=Nights)
    watch: Watch = msgspec.field(default_factory=Watch)
    clocks: Clocks = msgspec.field(default_factory=Clocks)

    def minute(
        self,
        minute: int,
        context: Context,
        values: dict[str, float],
        still: int,
        utc_offset: int,
        interval: float | None = None,
    ) -> News | None:
        """Take one minute (start, ms UTC) of values by signal; gives news at most every three hours.

        `still` is how many minutes have had no activity, `utc_offset` minutes east of UTC, `interval` the
        median of the usable intervals between beats, ms.
        """
        at = minute // MINUTE + utc_offset
        calm = context == "asleep" or (context == "rest" and still >= CALM_AFTER)
        moved: tuple[Drift, ...] = ()
        if interval and "hr" in values:
            values = values | {"gap": GAP_ZERO + values["hr"] - 60_000 / interval}
        if self.clocks.put(at, values, calm) is not None:
            moved = tuple(self._moved(at // BLOCK - 1, utc_offset))
        before = self.nights.day
        if not self.nights.put(at, context, values, still) or not before:
            return News(None, moved) if moved else None
        night = self._night(before, minute, utc_offset)
        return News(night, moved, tuple(self._errors(night)))

    def offset(self, signal: str, minute: int, utc_offset: int) -> float:
        """How far the vital's usual at this minute (ms UTC) lies from that of the whole day, in its unit."""
        clock = self.clocks.vitals.get(signal)
        return 0.0 if clock is None else clock.offset(signal, (minute // MINUTE + utc_offset) % DAY)

    def _night(self, before: int, minute: int, utc_offset: int) -> Onset:
        begins = (before * DAY + DAWN - DAY - utc_offset) * MINUTE
        aside = suspects(self.clocks.vitals, self.clocks.block - 1)
        return self.watch.judge(self.nights, self.nights.day - before, minute, begins, aside)

    def _errors(self, night: Onset) -> Iterator[Error]:
        for one in night.deviations:
            nights = self.nights.series(one.signal)[-2:]
            if len(nights) == 2 and nights[0] is not None and nights[1] is not None:
                away, naive = abs(one.value - one.usual), abs(nights[1] - nights[0])
                yield Error(f"{one.signal}_night", away, abs(one.spreads), naive)

    def _moved(self, block: int, utc_offset: int) -> list[Drift]:
        told = []
        clocks = self.clocks.vitals
        for move in self._pulse_first(moves(clocks, block)):
            told.append(self._tell(move, block, utc_offset))
            clocks[move.signal].settle(move.signal, move.by)
            if move.kind == "sensor":
                self.nights.shift(move.signal, move.by)
        return told

    def _pulse_first(self, found: list[Move]) -> list[Move]:
        """A gap that opens between pulse and beats is the pulse's sensor."""
        gap = next((move for move in found if move.signal == "gap"), None)
        if gap is None:
            return found
        self.clocks.vitals["gap"].settle("gap", gap.by)
        rest = [move for move in found if move.signal not in ("gap", "hr")]
        return [Move("hr", gap.by, gap.blocks, "sensor"), *rest]

    def _tell(self, move: Move, block: int, utc_offset: int) -> Drift:
        usual = [u for u in self.clocks.vitals[move.signal].usuals(move.signal) if u is not None]
        before = sum(usual) / len(usual)
        since = ((block + 1 - move.blocks) * BLOCK - utc_offset) * MINUTE
        return Drift(move.signal, round(before, 2), round(before + move.by, 2), since, move.kind)
