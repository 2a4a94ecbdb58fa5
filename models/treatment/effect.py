"""The effect of a treatment on one vital: mean after less mean before, and how sure that is.

Days follow one another: a high one is followed by a high one, and a mean of such days is less sure than as
many independent ones would make it. Days are taken as a first-order autoregression; its coefficient is
estimated from both stretches together (corrected for short series, Marriott and Pope 1954), drawn towards
what is usual, and widens the interval as it should (Zwiers and von Storch 1995). The quantile is Student's,
with the number of independent days that the series is worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from scipy.special import stdtrit

USUAL: Final = 0.4
"""Correlation of successive days before the own days tell it: midway to `MOST`, for want of a source."""
WORTH: Final = 10.0
"""Pairs of days that this counts as."""
MOST: Final = 0.8
SURE: Final = 0.975


class Effect(NamedTuple):
    """A comparison, in the vital's unit."""

    before: float
    after: float
    half: float
    """Half the width of the 95 % interval of the effect."""
    days_before: int
    days_after: int

    @property
    def change(self) -> float:
        """After less before."""
        return self.after - self.before


def compare(
    before: Sequence[float | None], after: Sequence[float | None], least: float = 0.0
) -> Effect | None:
    """Compare values by day (None = no value that day), each oldest first without leaving out a day.

    `least` is the smallest standard deviation of a day that is believed. None with fewer than two days on
    a side.
    """
    parts = [[value for value in days if value is not None] for days in (before, after)]
    counts = [len(part) for part in parts]
    if min(counts) < 2:
        return None
    means = [sum(part) / len(part) for part in parts]
    off = [_off(days, mean) for days, mean in zip((before, after), means, strict=True)]
    together = _together(off, sum(counts))
    worth = [count / _inflation(count, together) for count in counts]
    squares = sum(value * value for days in off for value in days if value is not None)
    freedom = sum(counts) - sum(count / own for count, own in zip(counts, worth, strict=True))
    variance = max(squares / max(freedom, 1.0), least * least)
    quantile = float(stdtrit(max(sum(worth) - 2.0, 2.0), SURE))
    half = quantile * (variance * (1.0 / worth[0] + 1.0 / worth[1])) ** 0.5
    return Effect(means[0], means[1], half, counts[0], counts[1])


def _off(days: Sequence[float | None], mean: float) -> list[float | None]:
    return [None if value is None else value - mean for value in days]


def _together(off: Sequence[Sequence[float | None]], count: int) -> float:
    """Correlation of successive days, never below none."""
    squares = sum(value * value for days in off for value in days if value is not None)
    pairs = [
        one * other for days in off for one, other in pairwise(days) if one is not None and other is not None
    ]
    if not pairs or not squares:
        return USUAL
    found, stretch = sum(pairs) / len(pairs) * count / squares, count / 2.0
    found = (found + 1.0 / stretch) / (1.0 - 4.0 / stretch) if stretch > 5.0 else USUAL
    found = min(max(found, 0.0), MOST)
    return (found * len(pairs) + USUAL * WORTH) / (len(pairs) + WORTH)


def _inflation(count: int, together: float) -> float:
    """How many times more a mean of such days varies than one of independent days."""
    # 1 + 2 * sum of (1 - k / count) * together ** k over k = 1 .. count - 1, summed up.
    apart = 1.0 - together
    whole = together / apart - together * (1.0 - together**count) / (count * apart * apart)
    return 1.0 + 2.0 * whole
