"""From a packet's columns to sample times and values, checked."""

from __future__ import annotations

from array import array
from typing import TypeAlias

from models.signals.windows import beat_times, extent, sample_times
from streams.records import Column, VitalsPacket

Columns: TypeAlias = "dict[str, tuple[array[int], array[float]]]"


def columns_of(packet: VitalsPacket) -> tuple[Columns, int, int]:
    """Sample times and values of each signal, and the first and last time the packet speaks for.

    Raises ValueError (naming the signal) when a column's times and values do not fit.
    """
    columns: Columns = {}
    first, last = 2**62, 0
    # Most devices sample several signals at the same times.
    shared: dict[tuple[int, int | None, int], array[int]] = {}
    for signal, column in packet.signals.items():
        try:
            times = _times(signal, column, shared)
            last = max(last, extent(column, times))
        except ValueError as error:
            raise ValueError(f"{signal}: {error}") from None
        columns[signal] = times, array("d", column.values)
        first = min(first, column.start)
    return columns, first, last


def _times(signal: str, column: Column, shared: dict[tuple[int, int | None, int], array[int]]) -> array[int]:
    if signal == "ibi":
        return beat_times(column)
    if column.offsets is not None:
        return sample_times(column)
    key = column.start, column.step, len(column.values)
    times = shared.get(key)
    if times is None:
        times = shared[key] = sample_times(column)
    return times
