"""The hours of one stay as a stream sees them: values come one by one, only what an hour came to is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.deep.deterioration import CLINICAL, HOURS, VITALS, Inputs
from models.deep.hourly import Hourly, rows_of

_MINUTE = 60_000
_RANGE = {vital.name: (vital.low, vital.high) for vital in CLINICAL}


class Hour(NamedTuple):
    """What one vital came to in one hour from admission."""

    hour: int
    number: int
    total: float
    low: float
    high: float


Snapshot = dict[str, list[Hour]]
"""Vital to its hours, oldest first: plain data for a checkpoint."""


class Stay:
    """The hours of every vital since admission, as `models.deep.hourly.hourly_rows` sees them."""

    __slots__ = ("_hours", "admitted")

    def __init__(
        self, admitted: int, snapshot: Mapping[str, Sequence[Sequence[float]]] | None = None
    ) -> None:
        """A stay that began at `admitted` (ms UTC), with what `snapshot` gave earlier."""
        self.admitted = admitted
        self._hours = {
            vital: {int(hour): Hour(int(hour), int(number), *rest) for hour, number, *rest in hours}
            for vital, hours in (snapshot or {}).items()
        }

    @property
    def vitals(self) -> Set[str]:
        """What was measured so far."""
        return self._hours.keys()

    def hour(self, time: int) -> int | None:
        """The hour from admission, 0 to 47, that a time (ms UTC) falls into; None outside of the 48 hours."""
        minute = (time - self.admitted) // _MINUTE
        # As in recorded stays, the last minute of the last hour may be written as 48:00.
        return min(minute // 60, HOURS - 1) if 0 <= minute <= HOURS * 60 else None

    def put(self, vital: str, time: int, value: float) -> bool:
        """Take a value, in the unit of `VITALS`, at a time (ms UTC); says whether it was taken.

        It is left out when it is outside of the vital's possible range, not a number, or outside of the
        48 hours. Raises KeyError for a vital that no network knows.
        """
        low, high = _RANGE[vital]
        hour = self.hour(time)
        if hour is None or not low <= value <= high:
            return False
        hours = self._hours.setdefault(vital, {})
        there = hours.get(hour, Hour(hour, 0, 0.0, np.inf, -np.inf))
        bounds = min(there.low, value), max(there.high, value)
        hours[hour] = Hour(hour, there.number + 1, there.total + value, *bounds)
        return True

    def row(self, inputs: Inputs, people: Mapping[str, float]) -> NDArray[np.float32]:
        """The network's row [48, channels]: NaN where nothing was measured and for what `people` lacks."""
        hours = {vital.name: self._hourly(vital.name) for vital in VITALS[inputs]}
        return rows_of(inputs, hours, people)

    def snapshot(self) -> Snapshot:
        """All that is kept, from which the stay can be made again."""
        return {vital: [hours[hour] for hour in sorted(hours)] for vital, hours in self._hours.items()}

    def _hourly(self, vital: str) -> Hourly:
        out = Hourly(np.zeros(HOURS, np.int64), *np.zeros((3, HOURS)))
        for hour, *values in self._hours.get(vital, {}).values():
            for column, value in zip(out, values, strict=True):
                column[hour] = value
        return out
