"""From a packet's columns to sample times and counts, checked."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any, TypeAlias

from models.signals.counts import BELOW, Counts, counted_columns
from models.signals.runs import SIXTEENTHS, Chain, Times
from streams.records import Column, VitalsPacket

LATEST = 4_102_444_800_000
"""No packet speaks of times after 2100 (ms UTC), as `streams.records.Millis`."""

Columns: TypeAlias = "Mapping[str, tuple[Sequence[int] | Times, array[Any]]]"
"""By signal: when each sample was measured (ms UTC, ascending), and the values, counts ("H") or not ("d")."""


def columns_of(packet: VitalsPacket, counts: Mapping[str, Counts] | None = None) -> tuple[Columns, int, int]:
    """Sample times and counts of each signal, and the first and last time the packet speaks for.

    `counts` where they are known already. Raises ValueError (naming the signal) when a column's times and
    values do not fit.
    """
    if counts is None:
        counts, _ = counted_columns(packet.signals)
    columns: dict[str, tuple[Sequence[int] | Times, array[Any]]] = {}
    first, last, signal = 2**62, 0, ""
    like: Column | None = None
    times: Sequence[int] = ()
    try:
        for signal, column in packet.signals.items():
            if signal == "ibi":
                times, like = beat_times(column, counts[signal]), None
            elif like is None or not measured_alike(column, like):
                times, like = sample_times(column), column
            else:
                columns[signal] = times, counts[signal]
                continue
            end = extent(column, times)
            if end > last:
                last = end
            if column.start < first:
                first = column.start
            columns[signal] = times, counts[signal]
    except ValueError as error:
        raise ValueError(f"{signal}: {error}") from None
    return columns, first, last


def measured_alike(column: Column, other: Column) -> bool:
    """Whether two columns have the same sample times, as most of a packet have."""
    return (
        column.start == other.start
        and column.step == other.step
        and len(column.values) == len(other.values)
        and column.offsets == other.offsets
    )


def sample_times(column: Column) -> Sequence[int]:
    """When each value of a column was measured, ms UTC, ascending.

    Raises ValueError when the column gives no time for each of its values.
    """
    count = len(column.values)
    if column.offsets is not None:
        if len(column.offsets) != count:
            raise ValueError("offsets and values differ in number")
        times = array("q", [column.start + offset for offset in column.offsets])
        if times[0] < column.start or any(later < earlier for earlier, later in pairwise(times)):
            raise ValueError("offsets go backwards")
        return times
    if count == 1:
        return range(column.start, column.start + 1)
    if column.step is None:
        raise ValueError("several values need a step or offsets")
    return range(column.start, column.start + count * column.step, column.step)


def beat_times(column: Column, counts: Counts) -> Sequence[int]:
    """When each inter-beat interval of a column (`counts` are its values) ended, ms UTC, ascending.

    Raises ValueError when intervals, broken ones among them, make no time line.
    """
    if max(counts) < BELOW:
        return Chain(column.start * SIXTEENTHS, counts)
    ends = list(accumulate(column.values, initial=float(column.start)))
    if min(column.values) < 0 or not ends[-1] <= LATEST:
        raise ValueError("intervals that can't follow each other")
    return array("q", map(int, ends[1:]))


def extent(column: Column, times: Sequence[int] | Times) -> int:
    """The end of the time that a column speaks for, ms UTC. Raises ValueError when that is absurd."""
    end = int(times[-1]) + (column.step or 0)
    if end > LATEST:
        raise ValueError("reaches beyond the year 2100")
    return end
