"""A wearer's own usual: running mean and spread of a vital in one context, by River.

River's `EWMean` starts from its first value, which then weighs far too much for a slow average. Both
averages here are taken of the distance from the first value, where that start is exactly 0, so that the
usual correction of the start (Kingma and Ba 2015, "bias correction") applies: divide by 1-(1-a)^n.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
from river import stats

FADING = 1 / 600
"""Weight of a new minute: a memory of ten hours of such minutes, some days of wear."""
FADING_RECENT = 1 / 40
"""The same for the recent level: about the last forty minutes."""
KEPT, KEPT_RECENT = 1.0 - FADING, 1.0 - FADING_RECENT
"""What a new minute leaves of the weights of those before it."""
LEARNING = 30
"""Minutes of a context that must be seen before its usual is called known."""
CLIP = 2.5
"""A value further than this many spreads from the usual is learned as if it were this far: an episode
must not teach that it is normal."""
FAR, FAR_REACH = 4.0, 1.5
"""From CLIP on it counts for less and less, from FAR spreads on as FAR_REACH only (a descending influence,
Hampel 1974, J Am Stat Assoc 69:383): else episodes in a fifth of the minutes widen the spread, which lets
more of them in. A change that lasts is learned all the same, if slowly."""


class BaselineSnapshot(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """All that a baseline knows, as numbers."""

    count: int
    origin: float
    mean: float
    square: float
    recent: float
    wander: float


class Usual(msgspec.Struct, frozen=True, gc=False):
    """What is usual for a wearer, in the vital's unit."""

    mean: float
    spread: float
    """Standard deviation around the mean."""
    recent: float
    """Level of about the last forty such minutes."""
    wander: float
    """Standard deviation around that recent level."""

    def at(self, offset: float) -> Usual:
        """The same at an hour at which it lies `offset` higher (see `Own.offset`)."""
        return Usual(self.mean + offset, self.spread, self.recent + offset, self.wander) if offset else self


def widest(usuals: Sequence[Usual]) -> Usual | None:
    """What is usual where nobody knows the context: all that is usual in any, so never narrower than one."""
    if not usuals:
        return None
    mean, spread = _hull([(usual.mean, usual.spread) for usual in usuals])
    recent, wander = _hull([(usual.recent, usual.wander) for usual in usuals])
    return Usual(mean, spread, recent, wander)


def _hull(bands: list[tuple[float, float]]) -> tuple[float, float]:
    """Middle and half width of the band that holds all bands of a middle and a half width."""
    low = min(middle - half for middle, half in bands)
    high = max(middle + half for middle, half in bands)
    return (low + high) / 2, (high - low) / 2


class Baseline:
    """Running level and spread of one vital in one context, slow and recent."""

    __slots__ = ("_floor", "_mean", "_recent", "_square", "_wander", "count", "origin")

    def __init__(self, floor: float, snapshot: BaselineSnapshot | None = None) -> None:
        """`floor` is the smallest spread believed, in the vital's unit: its measurement error."""
        self._floor = floor
        self._mean, self._square = stats.EWMean(FADING), stats.EWMean(FADING)
        self._recent, self._wander = stats.EWMean(FADING_RECENT), stats.EWMean(FADING)
        self.count, self.origin = 0, 0.0
        if snapshot is not None and snapshot.count:
            self.count, self.origin = snapshot.count, snapshot.origin
            # The first update of an EWMean sets it to the value itself.
            self._mean.update(snapshot.mean)
            self._square.update(snapshot.square)
            self._recent.update(snapshot.recent)
            self._wander.update(snapshot.wander)

    def snapshot(self) -> BaselineSnapshot:
        """The state as numbers."""
        if not self.count:
            return BaselineSnapshot(0, 0.0, 0.0, 0.0, 0.0, 0.0)
        return BaselineSnapshot(
            self.count,
            self.origin,
            self._mean.get(),
            self._square.get(),
            self._recent.get(),
            self._wander.get(),
        )

    @property
    def known(self) -> bool:
        """Whether enough was seen to speak of a usual."""
        return self.count >= LEARNING

    def usual(self) -> Usual:
        """What is usual so far."""
        floor = self._floor
        if not self.count:
            return Usual(0.0, floor, 0.0, floor)
        seen = 1.0 - KEPT**self.count
        mean = self._mean.get() / seen
        variance = self._square.get() / seen - mean * mean
        recent = self._recent.get() / (1.0 - KEPT_RECENT**self.count)
        return Usual(
            self.origin + mean,
            math.sqrt(max(variance, floor * floor)),
            self.origin + recent,
            math.sqrt(max(self._wander.get() / seen, floor * floor)),
        )

    def learn(self, value: float, usual: Usual) -> None:
        """Learn one minute's value; `usual` as given before it, bounds what a wild value can teach."""
        if not self.count:
            self.origin = value
            follow = off = 0.0
        else:
            follow = off = value - usual.recent
            if self.known:
                value = _bounded(value, usual.mean, usual.spread)
                follow = _within(off, 0.0, CLIP * usual.wander)
                off = _bounded(off, 0.0, usual.wander)
        distance = value - self.origin
        self._mean.update(distance)
        self._square.update(distance * distance)
        # The recent level follows what is clipped around itself, not around the slow mean.
        self._recent.update(usual.recent + follow - self.origin if self.count else 0.0)
        self._wander.update(off * off)
        self.count += 1


def _bounded(value: float, centre: float, spread: float) -> float:
    """What a value teaches: itself, less the further it lies out, and never nothing."""
    away = abs(value - centre) / spread
    if away <= CLIP:
        return value
    reach = max(CLIP - (away - CLIP) * (CLIP - FAR_REACH) / (FAR - CLIP), FAR_REACH)
    return centre + math.copysign(reach * spread, value - centre)


def _within(value: float, centre: float, reach: float) -> float:
    return min(max(value, centre - reach), centre + reach)
