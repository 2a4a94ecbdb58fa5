"""Samples as 16-bit counts of their signal's resolution: what is kept live, and stored, of a reading.

A count is the nearest whole number of 1/`per` (`Signal.per`), half upwards. Three counts say what is no
value: below what is possible, above it, and missing (the device had lost the skin, or the gate left it out).
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.signals.catalogue import SIGNALS, Signal
from streams.records import Column

Counts: TypeAlias = "array[int]"
"""Of type "H"."""
Floats: TypeAlias = NDArray[np.float64]

BELOW: Final = 65_533
ABOVE: Final = 65_534
MISSING: Final = 65_535
"""These three are above every value's count, so ascending counts end with what is no value."""

FEW: Final = 16
"""Samples of a packet up to which one by one is faster than numpy."""
_PLACE: Final = {name: place for place, name in enumerate(SIGNALS)}
_ROWS: Final = np.array([(row.low, row.high, row.per) for row in SIGNALS.values()]).T


def counted(signal: str, values: Sequence[float]) -> Counts:
    """The values of one signal (its unit, NaN = missing) as counts."""
    row = SIGNALS[signal]
    return _one_by_one(row, values) or array("H", _many(np.array(values), row.low, row.high, row.per)[0])


def counted_columns(columns: Mapping[str, Column]) -> tuple[dict[str, Counts], bool]:
    """The values of every column as counts, and whether all are possible. Raises KeyError for others."""
    lengths = [len(column.values) for column in columns.values()]
    if sum(lengths) <= FEW:
        few = {signal: _one_by_one(SIGNALS[signal], column.values) for signal, column in columns.items()}
        if all(few.values()):
            return few, True
    flat: list[float] = []
    for column in columns.values():
        flat += column.values
    rows = _ROWS.take([_PLACE[signal] for signal in columns], axis=1).repeat(lengths, axis=1)
    # Packed first: numpy takes more than twice as long over a list.
    packed, possible = _many(np.frombuffer(struct.pack(f"{len(flat)}d", *flat)), *rows)
    every, out, start = array("H", packed), {}, 0
    for signal, length in zip(columns, lengths, strict=True):
        out[signal] = every[start : start + length]
        start += length
    return out, possible


def values_of(signal: str, counts: Counts) -> Floats:
    """Counts in the signal's unit [n]; NaN for what is no value."""
    if max(counts, default=0) < BELOW:
        return np.frombuffer(counts, dtype=np.uint16) / SIGNALS[signal].per
    values = np.array(counts, dtype=np.float64)
    values[values >= BELOW] = np.nan
    return values / SIGNALS[signal].per


def ascending(samples: Sequence[Counts]) -> Sequence[Sequence[int]]:
    """Each of these samples' counts, ascending."""
    most = max(map(len, samples))
    if most <= FEW:
        return [sorted(counts) for counts in samples]
    # As rows of one table, filled up with the largest count there is: numpy sorts them all at once.
    table = bytearray().join([counts.tobytes().ljust(2 * most, b"\xff") for counts in samples])
    np.frombuffer(table, dtype=np.uint16).reshape(-1, most).sort()
    # Few of them are looked at: as an array, not each is made a number of Python's.
    rows, starts = array("H", table), range(0, most * len(samples), most)
    return [rows[start : start + len(counts)] for start, counts in zip(starts, samples, strict=True)]


def _one_by_one(row: Signal, values: Sequence[float]) -> Counts:
    """Nothing where a value is not possible."""
    if len(values) <= FEW and row.low <= min(values) and max(values) <= row.high:
        total = sum(values)
        if total == total:  # min and max can miss a NaN in the middle
            per = row.per
            return array("H", [int(value * per + 0.5) for value in values])
    return array("H")


def _many(
    values: Floats, low: Floats | float, high: Floats | float, per: Floats | float
) -> tuple[bytes, bool]:
    good = (values >= low) & (values <= high)
    if 0 not in good.tobytes():  # several times as fast as good.all()
        return (values * per + 0.5).astype(np.uint16).tobytes(), True
    # A NaN and infinity have no integer.
    counts = (np.where(good, values, low) * per + 0.5).astype(np.uint16)
    counts[~good] = np.where(values < low, BELOW, np.where(values > high, ABOVE, MISSING))[~good]
    return counts.tobytes(), False
