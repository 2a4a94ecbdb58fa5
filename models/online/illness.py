"""Does a wearer's night look like the onset of an infection? Judged against the wearer's own last weeks.

Each vital of a night is set beside the median of the own learnt nights, in robust spreads (median absolute
deviation, never below what a healthy person's nights differ by anyway). The vitals that infections move are
added up, those most that an infection moves furthest for this wearer (a matched filter), then the nights,
older ones with less weight. A night that alarms is not learnt. The idea is
that of resting-heart-rate differences (Mishra et al. 2020, Nat Biomed Eng 4:1208) and of NightSignal, which
waits for a second night (Alavi et al. 2021, Nat Med 28:175).
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from itertools import combinations
from statistics import median
from typing import Final

import msgspec

from models.online.nights import CHANNELS, Nights

WINDOW: Final = 28
"""Nights that make the own usual."""
FEWEST: Final = 4
"""Fewest learnt nights that are compared with."""
YOUNG: Final = 2.5
"""With n learnt nights the spread counts as 1 + YOUNG / n times as large: it is not sure yet."""
CLIP: Final = (-2.0, 5.0)
"""Spreads: one quiet vital can't outweigh the others, one wild night can't tell of more than one."""
KEEP: Final = 0.5
"""Weight of the nights before, falling by this factor a night."""
EDGES: Final = (2.9, 2.9, 2.8, 2.7)
"""Summed deviation from which on it is evidence, where one vital is measured, two, three, or more: what
raises one of them on a healthy night (a drink, heat, a bad sleep) seldom raises all."""
TONIGHT: Final = 1.6
"""The newest night has to be at least so far from usual itself."""
SPARED: Final = 7
"""Nights of evidence in a row that are not learnt. What lasts longer is learnt as a whole: a new usual, or a
phase that comes again, as the warmer half of the cycle does."""
TOGETHER: Final = 0.2
"""Correlation of healthy nights' deviations between vitals."""
SELECTED: Final = 1.0
"""What looking for the vitals that stand out most costs, in spreads by the root of the number left aside."""
BY_DAY: Final = 0.8
"""Weight of the pulse at rest by day, used when a night has none: it is less steady."""


@dataclass(frozen=True, slots=True)
class Vital:
    """How a vital of the night answers to an infection, and how much healthy nights differ at least."""

    effect: float
    """What an infection at its height adds, in the vital's unit."""
    floor: float
    """Least spread believed."""


# Effects: resting pulse and temperature as wearables showed them (Mishra 2020; Radin 2020, Lancet Digit
# Health 2:e85; Karjalainen 1986, J Appl Physiol 60:323: 8.5 beats a degree), breath and variability Natarajan
# 2020 (npj Digit Med 3:156). Floors: pulse Quer 2020 (PLoS ONE 15:e0227709), breath Natarajan 2021 (npj Digit
# Med 4:136), the others what devices resolve. Who differs more from night to night has the own spread.
VITALS: Final = {
    "hr": Vital(5.0, 2.0),
    "temp": Vital(0.4, 0.08),
    "rr": Vital(1.5, 0.35),
    "hrv": Vital(-0.2, 0.1),
    "spo2": Vital(-0.5, 0.4),
}
DAY_FLOOR: Final = 2.5


class Deviation(msgspec.Struct, frozen=True, gc=False):
    """One vital of a night beside the own usual nights."""

    signal: str
    value: float
    usual: float
    spreads: float
    """Robust spreads in the direction in which infections move this vital."""
    expected: float = 1.0
    """How many of them an infection at its height makes."""


class Onset(msgspec.Struct, frozen=True, gc=False):
    """What a night says of an infection."""

    time: int
    """When the night was complete, ms UTC."""
    known: bool
    """Whether there were enough nights to compare with."""
    strength: float = 0.0
    """Summed deviation by the edge: evidence from 1 on. No probability."""
    risk: float = 0.0
    """The same in 0..1, .5 at the edge; rises with danger, not calibrated."""
    since: int = 0
    """Beginning of the first night of this rise, ms UTC; 0 = none."""
    deviations: tuple[Deviation, ...] = ()
    """The vitals that were compared, largest deviation first."""


class Watch(msgspec.Struct, array_like=True, gc=False):
    """What is kept from night to night."""

    sum: float = 0.0
    """Weighted sum of the nights' deviations."""
    rising: int = 0
    """Nights since when deviations have not been usual in between; 0 = the last one was usual."""
    alarmed: int = 0
    """Nights of evidence in a row, counted up to SPARED + 1."""
    spared: int = 0
    """Bit i: the row i nights before the newest is not learnt."""

    def judge(self, nights: Nights, passed: int, time: int, begins: int, aside: Collection[str]) -> Onset:
        """Judge the newest row of `nights`, which came `passed` days after the one judged before.

        `begins` is when that night began (ms UTC); vitals in `aside` are not heard (a sensor that has moved).
        """
        self.spared = (self.spared << passed) & ((1 << 64) - 1)
        self.sum *= KEEP ** min(passed - 1, 99)
        found = [d for d in deviations(nights, self.spared) if d.signal not in aside]
        if not found:
            return Onset(time, known=False)
        tonight = together([(d.spreads, d.expected) for d in found])
        edge = EDGES[min(len(found), len(EDGES)) - 1]
        self.sum = min(max(KEEP * self.sum + tonight, -1.0), CLIP[1])
        self.rising = 0 if tonight < TONIGHT else self.rising + max(passed, 1)
        strength = self.sum / edge if tonight >= TONIGHT else min(self.sum / edge, 0.99)
        self._learn(strength >= 1.0)
        since = begins - (self.rising - 1) * 86_400_000 if self.rising else 0
        ranked = tuple(sorted(found, key=lambda d: (-d.spreads, d.signal)))
        return Onset(time, True, round(max(strength, 0.0), 3), _risk(strength), since, ranked)

    def _learn(self, alarm: bool) -> None:
        """Leave an alarming night out of the usual, unless it has been so for long."""
        if not alarm:
            self.alarmed = 0
            return
        self.alarmed = min(self.alarmed + 1, SPARED + 1)
        if self.alarmed <= SPARED:
            self.spared |= 1
        else:
            self.spared &= ~((1 << 2 * SPARED) - 1)


def deviations(nights: Nights, spared: int) -> list[Deviation]:
    """Each vital of the newest row beside the rows before it that are learnt."""
    found = []
    for signal, vital in VITALS.items():
        one = _deviation(nights, signal, signal, vital, spared)
        if one is None and signal == "hr":
            one = _deviation(nights, signal, "hr_day", Vital(BY_DAY * vital.effect, DAY_FLOOR), spared)
        if one is not None:
            found.append(one)
    return found


def _deviation(nights: Nights, signal: str, channel: str, vital: Vital, spared: int) -> Deviation | None:
    codes = nights.rows.get(channel, b"")
    if not codes or not codes[-1]:
        return None
    before = codes[-2 : -WINDOW - 2 : -1]
    learnt = [c for i, c in enumerate(before, 1) if c and not spared >> i & 1]
    if len(learnt) < FEWEST:
        return None
    step = CHANNELS[channel].step
    usual = median(learnt)
    spread = max(_spread([abs(c - usual) for c in learnt]) * step, vital.floor)
    spread *= 1 + YOUNG / len(learnt)
    low = CHANNELS[channel].low - step
    spreads = math.copysign((codes[-1] - usual) * step / spread, vital.effect * (codes[-1] - usual))
    value, middle = low + codes[-1] * step, low + usual * step
    return Deviation(signal, round(value, 3), round(middle, 3), spreads, abs(vital.effect) / spread)


def _spread(away: list[float]) -> float:
    """Robust spread of distances from the median; of two levels that come by turns it sees both."""
    away.sort()
    return max(1.4826 * median(away), away[4 * (len(away) - 1) // 5] / 1.2816)


def together(found: list[tuple[float, float]]) -> float:
    """The deviation of several vitals as one, in spreads: of all, or of those among them that stand out most.

    Takes the deviation of each and what an infection would make of it. Rises with each of them.
    """
    bounded = [(min(max(spreads, CLIP[0]), CLIP[1]), expected) for spreads, expected in found]
    return max(
        _matched(some) - SELECTED * math.sqrt(len(bounded) - k)
        for k in range(1, len(bounded) + 1)
        for some in combinations(bounded, k)
    )


def _matched(found: tuple[tuple[float, float], ...]) -> float:
    """The matched filter: each vital weighs as much as an infection would move it."""
    total = sum(spreads * expected for spreads, expected in found)
    weights = sum(expected for _, expected in found)
    squares = sum(expected * expected for _, expected in found)
    return total / math.sqrt(squares + TOGETHER * (weights * weights - squares))


def _risk(strength: float) -> float:
    return round(1 / (1 + math.exp(-4 * (min(max(strength, 0.0), 3.0) - 1))), 3)
