"""Inter-beat intervals as packets, one a minute; an impossible interval is a gap."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from models.signals.catalogue import SIGNALS
from streams.gateways.replay.device import Device
from streams.gateways.timed import Timed
from streams.records import Column

MINUTE_MS = 60_000


def minutes(device: Device, intervals: NDArray[np.floating], first: float, origin: int) -> Iterator[Timed]:
    """Cut intervals (ms) at minutes counted from `origin`; the first begins at `first` (ms since 1970).

    An interval belongs to the minute in which it ends. Intervals outside of the catalogue's limits are left
    out and end a packet's column: another packet goes on behind them.
    """
    ends = first + np.cumsum(intervals, dtype=np.float64)
    minute = ((ends - origin) // MINUTE_MS).astype(np.int64)
    good = (intervals >= SIGNALS["ibi"].low) & (intervals <= SIGNALS["ibi"].high)
    # A run begins where an interval is good and the one before is not, or lies in another minute.
    fresh = good.copy()
    fresh[1:] &= ~good[:-1] | (minute[1:] != minute[:-1])
    begins = np.flatnonzero(fresh)
    last = np.ones_like(good)
    last[:-1] = ~good[1:] | (minute[1:] != minute[:-1])
    stops = np.flatnonzero(good & last) + 1
    values = np.round(intervals.astype(np.float64), 1)
    for begin, stop in zip(begins.tolist(), stops.tolist(), strict=True):
        start = round(float(ends[begin]) - float(intervals[begin]))
        arrives = origin + (int(minute[begin]) + 1) * MINUTE_MS
        yield device.packet(arrives, {"ibi": Column(start, values[begin:stop].tolist())})
