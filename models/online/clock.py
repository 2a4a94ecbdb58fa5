"""A vital's usual course over the day, in eight blocks of three local hours, and the newest blocks beside it.

A block's value is the mean of its resting minutes. Its usual is a running mean over the days, bounded in
what a wild block can teach. What the newest days differ by is kept in one byte a block: enough to tell when
a usual has moved, and how. Numbers are kept whole, in thousandths or in steps of the vital: small, and equal
when they come back from a store.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

import msgspec

BLOCK: Final = 180
"""Minutes of a block."""
BINS: Final = 8
KEPT: Final = 24
"""Blocks beside their usual that are kept: three days."""
FEWEST: Final = 10
"""Fewest resting minutes that make a block."""
SLOWEST: Final = 0.15
"""Weight of a new day in the usual of a block; more while there are few days."""
CLIP: Final = 2.0
"""A block further than this many spreads from its usual is learnt as if it were this far."""
SPREAD_FADING: Final = 0.1
"""Weight of a new day in the spread of a block."""
ABSOLUTE: Final = 1.2533
"""Standard deviation over mean absolute deviation of a Gaussian."""


@dataclass(frozen=True, slots=True)
class Vital:
    """What is particular to a vital: steps of differences and of usuals, and the least spread of a block."""

    step: float
    fine: float
    """65,535 of these are its largest usual."""
    spread: float


VITALS: Final = {
    "hr": Vital(0.5, 0.005, 2.0),
    "rr": Vital(0.1, 0.002, 0.4),
    "spo2": Vital(0.1, 0.002, 0.3),
    "temp": Vital(0.02, 0.001, 0.1),
    "hrv": Vital(0.02, 0.0002, 0.1),
    "gap": Vital(0.25, 0.005, 0.5),
}
GAP_ZERO: Final = 100.0
"""What a gap of nothing is kept as: usuals are positive."""
_USUAL = struct.Struct(f"<{BINS}H")


class Clock(msgspec.Struct, array_like=True, gc=False):
    """One vital of one wearer."""

    usual: bytes = bytes(2 * BINS)
    """By block of the local day, in fine steps of 16 bits; 0 = not known."""
    spread: bytes = bytes(BINS)
    """Of blocks around their usual, by block of the local day, in quarters of a step; 0 = not known."""
    compared: int = 0
    """Blocks that were set beside their usual, counted up to 255."""
    recent: bytes = b""
    """Differences from usual in coded steps, newest last: 128 = as usual, 0 = not measured."""
    total: int = 0
    """Sum of the open block's resting minutes, thousandths."""
    count: int = 0

    def finish(self, name: str, block: int) -> float | None:
        """Close the open block, number `block` since 1970; gives its error before it was learnt, if any."""
        vital, found = VITALS[name], None
        if self.count >= FEWEST:
            value = self.total / self.count / 1000
            usual = self.usuals(name)
            before = usual[block % BINS]
            if before is None:
                usual[block % BINS] = value
            else:
                found = value - before
                usual[block % BINS] = before + self._learn(name, block % BINS, found)
            self._set(vital, usual)
        coded = 0 if found is None else min(max(round(found / vital.step), -127), 127) + 128
        self.recent = (self.recent + bytes((coded,)))[-KEPT:]
        self.total = self.count = 0
        return found

    def _learn(self, name: str, place: int, off: float) -> float:
        """How far the usual follows a block that lies `off` it."""
        spread = self.spread_at(name, place)
        bounded = min(max(off, -CLIP * spread), CLIP * spread)
        self.compared = min(self.compared + 1, 255)
        spread += SPREAD_FADING * (ABSOLUTE * abs(bounded) - spread)
        coded = min(max(round(4 * spread / VITALS[name].step), 1), 255)
        self.spread = self.spread[:place] + bytes((coded,)) + self.spread[place + 1 :]
        return max(SLOWEST, 1 / (2 + self.compared // BINS)) * bounded

    def spread_at(self, name: str, place: int) -> float:
        """Standard deviation of this block of the day around its usual, in the vital's unit."""
        vital = VITALS[name]
        coded = self.spread[place]
        return max(coded * vital.step / 4, vital.spread) if coded else 1.5 * vital.spread

    def _set(self, vital: Vital, usual: list[float | None]) -> None:
        steps = (0 if x is None else min(max(round(x / vital.fine), 1), 65_535) for x in usual)
        self.usual = _USUAL.pack(*steps)

    def usuals(self, name: str) -> list[float | None]:
        """What is usual in each block of the local day, in the vital's unit; None = not known."""
        fine = VITALS[name].fine
        return [x * fine if x else None for x in _USUAL.unpack(self.usual)]

    def skip(self, blocks: int) -> None:
        """Note blocks in which nothing was worn."""
        self.recent = (self.recent + bytes(min(blocks, KEPT)))[-KEPT:]

    def differences(self, name: str) -> list[float | None]:
        """The newest blocks beside their usual, oldest first, in the vital's unit; None = not measured."""
        step = VITALS[name].step
        return [(c - 128) * step if c else None for c in self.recent]

    def settle(self, name: str, by: float) -> None:
        """Take a move of the usual as given: what was beside it before is of no use any more."""
        self._set(VITALS[name], [None if x is None else x + by for x in self.usuals(name)])
        self.recent = b""

    def offset(self, name: str, minute: int) -> float:
        """How far the usual at this local minute lies from that of the whole day; 0 while not known.

        Straight lines join the middles of the blocks.
        """
        usual = _USUAL.unpack(self.usual)
        if not all(usual):
            return 0.0
        place, part = divmod((minute - BLOCK // 2) % 1440, BLOCK)
        before, after = usual[place], usual[(place + 1) % BINS]
        offset: float = VITALS[name].fine * (before + (after - before) * part / BLOCK - sum(usual) / BINS)
        return offset


class Clocks(msgspec.Struct, array_like=True, gc=False):
    """All vitals of a wearer over the same blocks."""

    block: int = 0
    """The open block, counted in local time since 1970; 0 = nothing seen yet."""
    vitals: dict[str, Clock] = {}

    def put(self, at: int, values: dict[str, float], calm: bool) -> dict[str, float] | None:
        """Take one minute (`at` local minutes since 1970); gives the errors of blocks that it closes.

        Only resting minutes count. Only a minute with a pulse closes a block. None: nothing was closed.
        """
        block = at // BLOCK
        closed = None
        if block > self.block and "hr" in values:
            closed = self._close(block)
        if block == self.block and calm:
            for name in VITALS:
                value = values.get(name)
                if value is None:
                    continue
                clock = self.vitals.get(name)
                if clock is None:
                    clock = self.vitals[name] = Clock()
                clock.total += round(1000 * value)
                clock.count += 1
        return closed

    def _close(self, block: int) -> dict[str, float] | None:
        before, self.block = self.block, block
        if not before:
            return None
        errors = {}
        for name, clock in self.vitals.items():
            error = clock.finish(name, before)
            if error is not None:
                errors[name] = error
            clock.skip(block - before - 1)
        return errors
