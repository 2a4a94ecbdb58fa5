"""Has a wearer's usual itself moved? River's Page-Hinkley test over scaled minutes."""

from __future__ import annotations

import msgspec
from river import drift, stats

TOLERATED = 0.5
"""Mean shift, in spreads, that is never called drift."""
THRESHOLD = 240.0
"""Sum of shifts beyond the tolerated: four hours of minutes at one and a half spreads."""
CLIP = 3.0


class DriftSnapshot(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """All that a drift test knows, as numbers."""

    count: int
    mean: float
    increase: float
    decrease: float
    lowest: float
    highest: float


class DriftTest:
    """Watches one scaled vital for a lasting shift, up or down."""

    __slots__ = ("_test",)

    def __init__(self, snapshot: DriftSnapshot | None = None) -> None:
        self._test = drift.PageHinkley(min_instances=60, delta=TOLERATED, threshold=THRESHOLD, alpha=1.0)
        if snapshot is not None and snapshot.count:
            test = self._test
            test._x_mean = stats.Mean._from_state(snapshot.count, snapshot.mean)
            test._sum_increase, test._sum_decrease = snapshot.increase, snapshot.decrease
            test._min_increase = snapshot.lowest
            test._max_decrease = snapshot.highest  # type: ignore[assignment]

    def update(self, deviation: float) -> bool:
        """Take one minute's deviation (in spreads); True when a drift is found at this minute."""
        self._test.update(min(max(deviation, -CLIP), CLIP))
        return bool(self._test.drift_detected)

    def snapshot(self) -> DriftSnapshot:
        """The state as numbers; a drift just found starts anew, as River does at its next update."""
        test = self._test
        if test.drift_detected or not test._x_mean.n:
            return DriftSnapshot(0, 0.0, 0.0, 0.0, 0.0, 0.0)
        return DriftSnapshot(
            int(test._x_mean.n), test._x_mean.get(), test._sum_increase, test._sum_decrease,
            test._min_increase, test._max_decrease,
        )  # fmt: skip
