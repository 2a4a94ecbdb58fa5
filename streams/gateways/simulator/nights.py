"""How one night differs from the next: a wearer's level of the day, drinks, weekends, slow trends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streams.gateways.simulator.block import Influence
from streams.gateways.simulator.people import Cohort, Floats

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
ANCHOR_MS = 3 * HOUR_MS
"""A night's level holds at this local time and passes over into the next night's."""

# Day-to-day spread of a person's resting heart rate, a minute, from person to person, and how alike two
# neighbouring nights are. Assumed: no data set here has enough nights; Quer 2020 (PLoS ONE 15:e0227709)
# shows weekly changes of this size.
HEART_SD, ALIKE = (1.5, 2.5), 0.5
# The same of breaths, temperature (°C) and log variability, of which a part goes along with the heart.
BREATHS_SD, TEMP_SD, HRV_SD, HRV_OF_HEART = 0.35, 0.06, 0.10, -0.05
TREND, TREND_DAYS = 1.5, (30.0, 90.0)  # largest slow swing of the heart rate, a minute; its length. Assumed.
# Pietila 2018 (JMIR Ment Health 5:e23): after a light, moderate and high dose of alcohol the heart beats
# 1.4, 4.0 and 8.7 a minute faster in the first hours of sleep, and RMSSD falls by 2.0, 5.7 and 12.9 ms
# (of about 40).
DOSES = np.array([0.0, 1.4, 4.0, 8.7])
DOSE_HRV = np.array([1.0, 0.95, 0.86, 0.68])
DOSE_WEIGHT = np.array([0.4, 0.4, 0.2])
DRINKS = (0.10, 0.35)  # chance of a drink on a week night and on a Friday or Saturday. Assumed.
SOBER_MS = (6 * HOUR_MS, 11 * HOUR_MS)  # after 21 h the effect holds for so long and has then gone
BAD_NIGHT, BAD_NIGHT_HEART = 0.06, (2.0, 4.0)  # heat, noise, worry. Assumed.
LATER = (
    0.3,
    1.5,
)  # hours on free days; Wittmann 2006 (Chronobiol Int 23:497): social jetlag of an hour or two


class Nights:
    """Every wearer's nights, drawn ahead; `block` lays those of a moment over a block."""

    def __init__(self, seed: int, cohort: Cohort, start: int, end: int) -> None:
        rng = np.random.default_rng([seed, 8])
        wearers = len(cohort)
        self._shift = cohort.phase + cohort.utc_offset * 60_000
        self._first = (start - DAY_MS) // DAY_MS
        days = int((end - start) // DAY_MS) + 5
        spread = rng.uniform(*HEART_SD, wearers)
        heart = _alike(rng, days, wearers) * spread
        self._hrv = np.exp(HRV_OF_HEART * heart + HRV_SD * rng.standard_normal((days, wearers)))
        bad = rng.random((days, wearers)) < BAD_NIGHT
        self._heart = (
            heart + bad * rng.uniform(*BAD_NIGHT_HEART, (days, wearers)) + _trend(rng, days, wearers)
        )
        self._breaths = BREATHS_SD * _alike(rng, days, wearers)
        self._temp = TEMP_SD * _alike(rng, days, wearers)
        day = self._first + np.arange(days)
        # 1970-01-01 was a Thursday: day numbers 1 and 2 modulo 7 are Friday and Saturday.
        self._free = np.isin(day % 7, (1, 2))
        self._dose = _doses(rng, self._free, wearers)
        self._later = rng.uniform(*LATER, wearers)

    def lay(self, outside: Influence, start: int) -> None:
        """Add what holds in the block that begins at `start` + each wearer's phase (ms)."""
        local = start + self._shift
        day, share = self._place(local - ANCHOR_MS)
        for name, level in (("hr", self._heart), ("rr", self._breaths), ("temp", self._temp)):
            outside.rows(outside.add, name)[:] += _between(level, day, share).astype(np.float32)
        dose, drunk = self._drunk(local)
        outside.rows(outside.add, "hr")[:] += (DOSES[dose] * drunk).astype(np.float32)
        hrv = _between(self._hrv, day, share) * (1 - drunk * (1 - DOSE_HRV[dose]))
        outside.hrv *= hrv.astype(np.float32)
        # Until Saturday's and Sunday's noon.
        evening, _ = self._place(local - 12 * HOUR_MS)
        outside.later = np.where(self._free[evening], self._later, 0.0)

    def _place(self, local: NDArray[np.int64]) -> tuple[NDArray[np.int64], Floats]:
        """Give the row of each wearer's day, and how far it has gone."""
        day, rest = np.divmod(local, DAY_MS)
        return np.clip(day - self._first, 0, len(self._heart) - 2), rest / DAY_MS

    def _drunk(self, local: NDArray[np.int64]) -> tuple[NDArray[np.int64], Floats]:
        """Give this evening's dose of each wearer and how much of it still works."""
        day, share = self._place(local - 21 * HOUR_MS)
        full, over = SOBER_MS
        left = np.clip((over - share * DAY_MS) / (over - full), 0, 1)
        return self._dose[day, np.arange(len(local))], left


def _alike(rng: np.random.Generator, days: int, wearers: int) -> Floats:
    """Give (days, W) of unit variance, neighbouring days correlated."""
    level = rng.standard_normal((days, wearers))
    for i in range(1, days):
        level[i] = ALIKE * level[i - 1] + np.sqrt(1 - ALIKE**2) * level[i]
    return level


def _trend(rng: np.random.Generator, days: int, wearers: int) -> Floats:
    size, length, phase = (
        rng.uniform(0, TREND, wearers),
        rng.uniform(*TREND_DAYS, wearers),
        rng.random(wearers),
    )
    turn = 2 * np.pi * (np.arange(days)[:, None] / length + phase)
    return np.asarray(size * (np.sin(turn) - np.sin(2 * np.pi * phase)))


def _doses(rng: np.random.Generator, free: NDArray[np.bool_], wearers: int) -> NDArray[np.int64]:
    """Give the dose of every evening, an index into DOSES; some wearers never drink."""
    often = rng.uniform(0, 2, wearers) * (rng.random(wearers) < 0.7)
    chance = np.where(free, DRINKS[1], DRINKS[0])[:, None] * often
    size = 1 + rng.choice(3, (len(free), wearers), p=DOSE_WEIGHT)
    return np.where(rng.random((len(free), wearers)) < chance, size, 0)


def _between(level: Floats, day: NDArray[np.int64], share: Floats) -> Floats:
    who = np.arange(level.shape[1])
    return np.asarray(level[day, who] * (1 - share) + level[day + 1, who] * share)
