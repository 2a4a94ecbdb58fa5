"""A wearer's own usual: running mean and spread of a vital in one context, by River.

River's `EWMean` starts from its first value, which then weighs far too much for a slow average. Both
averages here are taken of the distance from the first value, where that start is exactly 0, so that the
usual correction of the start (Kingma and Ba 2015, "bias correction") applies: divide by 1-(1-a)^n.
"""

from __future__ import annotations

import math

import msgspec
from river import stats

FADING = 1 / 600
"""Weight of a new minute: a memory of ten hours of such minutes, some days of wear."""
LEARNING = 60
"""Minutes of a context that must be seen before its usual is called known."""
CLIP = 4.0
"""A value further than this many spreads from the usual is learned as if it were this far: an episode
must not teach that it is normal."""


class BaselineSnapshot(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """All that a baseline knows, as numbers."""

    count: int
    origin: float
    first: float
    second: float


class Baseline:
    """Running mean and spread of one vital in one context."""

    __slots__ = ("_first", "_floor", "_second", "count", "origin")

    def __init__(self, floor: float, snapshot: BaselineSnapshot | None = None) -> None:
        """`floor` is the smallest spread believed, in the vital's unit: its measurement error."""
        self._floor = floor
        self._first = stats.EWMean(FADING)
        self._second = stats.EWMean(FADING)
        self.count, self.origin = 0, 0.0
        if snapshot is not None and snapshot.count:
            self.count, self.origin = snapshot.count, snapshot.origin
            # The first update of an EWMean sets it to the value itself.
            self._first.update(snapshot.first)
            self._second.update(snapshot.second)

    def snapshot(self) -> BaselineSnapshot:
        """The state as numbers."""
        if not self.count:
            return BaselineSnapshot(0, 0.0, 0.0, 0.0)
        return BaselineSnapshot(self.count, self.origin, self._first.get(), self._second.get())

    @property
    def known(self) -> bool:
        """Whether enough was seen to speak of a usual."""
        return self.count >= LEARNING

    def usual(self) -> tuple[float, float]:
        """Mean and spread, in the vital's unit."""
        if not self.count:
            return 0.0, self._floor
        seen = 1.0 - (1.0 - FADING) ** self.count
        mean = self._first.get() / seen
        variance = self._second.get() / seen - mean * mean
        return self.origin + mean, math.sqrt(max(variance, self._floor * self._floor))

    def learn(self, value: float, usual: tuple[float, float]) -> None:
        """Learn one minute's value; `usual` as given before it, bounds what a wild value can teach."""
        if not self.count:
            self.origin = value
        elif self.known:
            mean, spread = usual
            value = min(max(value, mean - CLIP * spread), mean + CLIP * spread)
        distance = value - self.origin
        self._first.update(distance)
        self._second.update(distance * distance)
        self.count += 1
