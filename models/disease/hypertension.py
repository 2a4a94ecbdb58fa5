"""How probable it is that the true mean of home blood pressure is at or above 135/85. Not a diagnosis.

The readings of a day make one mean. Days vary around the person's true mean: what the newest days say of
that spread is weighed against what is usual in people (four days' worth), so that the true mean given the
days follows Student's t. Systolic and diastolic go together; one of them at its edge is enough.

The interval tells where nine in ten repetitions of the same number of days would put this probability.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from streams.records import Contribution, Estimate

EDGES: Final = (135.0, 85.0)
"""Home mean, systolic and diastolic, mmHg (ACC/AHA 2017 and ESC 2024)."""
SPREAD: Final = (8.6, 5.8)
"""Standard deviation of one person's home readings from day to day, mmHg (Ohasama, Kato 2010, morning)."""
WORTH: Final = 4
"""Days that this counts as: the spread itself differs by a third between people (3.1 of 8.6 there)."""
TOGETHER: Final = 0.5
"""Correlation of both pressures before a person's own days tell it: halfway, for want of a source."""
FEWEST, WANTED = 3, 7
"""Days of readings, morning and evening (ESC 2024: at least three, ideally seven)."""
RAISED: Final = 130.0
"""Home mean, systolic, from which ACC/AHA 2017 speaks of hypertension: measures do more there."""
OVERWEIGHT = 25.0
"""kg/m² (WHO)"""
TOLD_FROM = 0.10
"""Below this probability nothing needs lowering."""
PARTS = 10_000
SOURCE = "home readings by a cuff against 135/85 (ACC/AHA 2017, ESC 2024); no diagnosis"
ADVICE = "ACC/AHA 2017, table 15"
_NODES: Final = ((0.238619, 0.467914), (0.661209, 0.360762), (0.932470, 0.171324))
"""Half of Gauss and Legendre's six points and weights."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What lowers systolic pressure without a medicine, and by how much (mmHg)."""

    words: str
    raised: float
    """From `RAISED` up."""
    usual: float
    overweight_only: bool = False


MEASURES: Final = (
    Measure("a diet of vegetables, fruit, whole grain and little fat (DASH)", 11.0, 3.0),
    Measure("brisk movement, 90 to 150 minutes a week", 5.0, 2.0),
    Measure("a gram of sodium less a day", 5.0, 2.0),
    Measure("weight 5 kg lower", 5.0, 2.0, overweight_only=True),
    Measure("no more than one or two drinks a day, for those who drink", 4.0, 3.0),
)


class Pressure(msgspec.Struct, array_like=True, gc=False):
    """An estimate as it is kept."""

    time: int
    """ms UTC"""
    probability: int
    """In ten-thousandths, as `low` and `high`."""
    low: int
    high: int
    systolic: float
    diastolic: float
    """Means over the days, mmHg."""
    weights: tuple[int, int]
    """Share of each in it, hundredths."""
    days: int
    lower: list[int]
    """Probability after each of `MEASURES`, ten-thousandths; -1 where it is not for this person."""


def known(
    time: int, systolic: Sequence[float], diastolic: Sequence[float], bmi: float = math.nan
) -> Pressure | None:
    """The estimate from means by day, oldest first (mmHg, the same days in both; by a cuff only).

    None with fewer than three days. `bmi` in kg/m², NaN where unknown. Raises ValueError when the two differ
    in length.
    """
    days = _Days.of(systolic[-WANTED:], diastolic[-WANTED:])
    if days.count < FEWEST:
        return None
    again = float(stdtrit(days.freedom, 0.95)) * math.sqrt(2.0)
    own = days.chance(0.0, 0.0)
    single = [days.single(i) for i in (0, 1)]
    share = round(100 * single[0] / (sum(single) or 1.0))
    return Pressure(
        time,
        round(PARTS * own),
        round(PARTS * days.chance(-again * days.error[0], -again * days.error[1])),
        round(PARTS * days.chance(again * days.error[0], again * days.error[1])),
        round(days.mean[0], 1),
        round(days.mean[1], 1),
        (share, 100 - share),
        days.count,
        [_after(days, measure, bmi) if own >= TOLD_FROM else -1 for measure in MEASURES],
    )


def told(kept: Pressure) -> Estimate:
    """The estimate in full. `change` of a driver is from the edge, not from the own usual."""
    return Estimate(
        kept.probability / PARTS,
        kept.low / PARTS,
        kept.high / PARTS,
        list(_drivers(kept)),
        [
            f"{measure.words}: {kept.probability / PARTS:.0%} to {p / PARTS:.0%} ({ADVICE})".replace(
                "%", " %"
            )
            for measure, p in zip(MEASURES, kept.lower, strict=True)
            if p >= 0
        ],
        _missing(kept.days),
        f"{kept.days} days of {SOURCE}",
    )


@dataclass(frozen=True, slots=True)
class _Days:
    """What some days tell of the true means."""

    count: int
    mean: tuple[float, float]
    error: tuple[float, float]
    """Standard error of each mean."""
    together: float
    """Correlation of both."""

    @classmethod
    def of(cls, systolic: Sequence[float], diastolic: Sequence[float]) -> _Days:
        pairs, count = list(zip(systolic, diastolic, strict=True)), len(systolic)
        mean = (sum(systolic) / max(count, 1), sum(diastolic) / max(count, 1))
        squares = [
            WORTH * usual**2 + sum((pair[i] - mean[i]) ** 2 for pair in pairs)
            for i, usual in enumerate(SPREAD)
        ]
        crossed = WORTH * TOGETHER * SPREAD[0] * SPREAD[1]
        crossed += sum((high - mean[0]) * (low - mean[1]) for high, low in pairs)
        error = [math.sqrt(total / (WORTH + count - 1) / max(count, 1)) for total in squares]
        return cls(count, mean, (error[0], error[1]), crossed / math.sqrt(squares[0] * squares[1]))

    @property
    def freedom(self) -> int:
        return WORTH + self.count - 1

    def single(self, i: int, shift: float = 0.0) -> float:
        """How probable one of both is at its edge, were the mean this much higher."""
        return float(stdtr(self.freedom, (self.mean[i] + shift - EDGES[i]) / self.error[i]))

    def chance(self, systolic: float, diastolic: float) -> float:
        """How probable any of both is at its edge, were the means this much higher."""
        below = [1.0 - self.single(0, systolic), 1.0 - self.single(1, diastolic)]
        return 1.0 - _both(below[0], below[1], self.together)


def _both(p: float, q: float, together: float) -> float:
    """Probability of two events of a Gaussian copula (Drezner and Wesolowsky 1990)."""
    if not (0.0 < p < 1.0 and 0.0 < q < 1.0):
        return p * q
    h, k = float(ndtri(p)), float(ndtri(q))
    found = 0.0
    for node, weight in _NODES:
        for at in (0.5 * together * (1.0 - node), 0.5 * together * (1.0 + node)):
            left = 1.0 - at * at
            found += weight * math.exp(-(h * h - 2.0 * at * h * k + k * k) / (2.0 * left)) / math.sqrt(left)
    joint = float(ndtr(h) * ndtr(k)) + found * 0.5 * together / (2.0 * math.pi)
    return min(max(joint, 0.0, p + q - 1.0), p, q)


def _after(days: _Days, measure: Measure, bmi: float) -> int:
    """The probability were systolic pressure lower by what the measure does; diastolic is left as it is."""
    if measure.overweight_only and not bmi >= OVERWEIGHT:
        return -1
    less = measure.raised if days.mean[0] >= RAISED else measure.usual
    return round(PARTS * days.chance(-less, 0.0))


def _drivers(kept: Pressure) -> Iterator[Contribution]:
    found = [
        Contribution(signal, mean, "mm[Hg]", change=round(mean - edge, 1), share=share / 100)
        for signal, mean, edge, share in zip(
            ("sbp", "dbp"), (kept.systolic, kept.diastolic), EDGES, kept.weights, strict=True
        )
    ]
    yield from sorted(found, key=lambda contribution: -(contribution.share or 0.0))


def _missing(days: int) -> list[str]:
    if days >= WANTED:
        return []
    return [f"readings by a cuff, morning and evening, on {WANTED} days ({days} so far)"]
