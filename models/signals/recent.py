"""The newest readings of each vital, whose median is its steady value."""

from __future__ import annotations

from array import array
from typing import Final

from models.signals.catalogue import SIGNALS
from models.signals.windows import MINUTE

RECENT: Final = 5
"""Minutes over which a steady value is taken."""
VITALS: Final[tuple[str, ...]] = ("hr", "rr", "spo2", "temp", "hrv", "glucose", "sbp", "dbp")

# Twice the signal's resolution: the median of an even number of samples lies halfway between two.
_PER: Final = {name: 2 * SIGNALS[name].per for name in VITALS if name in SIGNALS} | {"hrv": 10_000}
_WIDTH: Final = RECENT + 1
_PLACE: Final = {name: place * _WIDTH for place, name in enumerate(VITALS)}
_VALUE: Final = 20
"""Bits of a reading; those above hold its minute's lowest bits. A reading is kept as one more than its count,
so that 0 is none."""
_MOST: Final = (1 << _VALUE) - 1
_MINUTES: Final = (1 << (32 - _VALUE)) - 1
_EMPTY: Final = bytes(4 * _WIDTH * len(VITALS))
_FILL: Final = [array("I", [0] * max(places - 1, 0)) for places in range(_WIDTH + 1)]
"""What stands before the readings that are kept, by how many were dropped with the one that came."""


class Recent:
    """Five readings of each vital in 24 bytes: the newest minute, then each with its own, oldest first."""

    __slots__ = ("_cells",)

    def __init__(self, stored: bytes = _EMPTY) -> None:
        """`stored` is what `bytes()` of another gave; of another size it is not taken."""
        self._cells = array("I", stored if len(stored) == len(_EMPTY) else _EMPTY)

    def __bytes__(self) -> bytes:
        return self._cells.tobytes()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recent) and self._cells == other._cells

    __hash__ = None  # type: ignore[assignment]

    def put(self, vital: str, minute: int, value: float) -> float:
        """Take a minute's value (start, ms UTC); gives the median within `RECENT` minutes of the newest.

        A value that is older than the newest is its own median: it has come late.
        """
        at, cells, per, now = _PLACE[vital], self._cells, _PER[vital], minute // MINUTE
        newest = cells[at]
        if now < newest:
            return value
        kept = cells[at + 1 : at + _WIDTH]
        kept.append((now & _MINUTES) << _VALUE | min(max(int(value * per + 1.5), 1), _MOST))
        first = 1 if now - newest < RECENT else RECENT
        while not kept[first] or (now - (kept[first] >> _VALUE)) & _MINUTES >= RECENT:
            first += 1
        del kept[:first]
        cells[at] = now
        cells[at + 1 : at + _WIDTH] = _FILL[first] + kept if first > 1 else kept
        found, half = sorted([cell & _MOST for cell in kept]), len(kept) // 2
        twice = 2 * found[half] if len(kept) % 2 else found[half - 1] + found[half]
        return (twice - 2) / (2 * per)

    def newest(self, vital: str) -> tuple[int, float] | None:
        """The newest reading and its minute (ms UTC); None before the first."""
        at, cells = _PLACE[vital], self._cells
        if not cells[at]:
            return None
        return cells[at] * MINUTE, ((cells[at + RECENT] & _MOST) - 1) / _PER[vital]
