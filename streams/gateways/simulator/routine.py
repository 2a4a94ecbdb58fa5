"""What wearers do all day: sleep, sit, walk, exercise, and the small things that move vitals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.gateways.simulator.people import Cohort

SLEEP, REST, LIGHT, WALK, EXERCISE, BURST, STRESS, SHOWER = range(8)


@dataclass(frozen=True, slots=True)
class Doing:
    """One kind of bout. `effort` is a share of the heart rate reserve: mean and SD between bouts."""

    effort: tuple[float, float]
    minutes: tuple[float, float]
    weight: float
    cadence: float
    accel: float


# Effort: ACSM's classes of heart rate reserve (light 30-39 %, moderate 40-59 %, vigorous 60-89 %).
# Cadence: Tudor-Locke 2018 (Br J Sports Med 52:776), 100 steps a minute is moderate walking.
# Acceleration at the wrist: Hildebrand 2014 (Med Sci Sports Exerc 46:1816), moderate from 100.6 mg, vigorous
# from 428.8 mg; Hildebrand 2017: sedentary below 44.8 mg.
# Stress while sitting adds 5 to 25 beats a minute to rest, as speaking in public does (Kirschbaum 1993,
# Neuropsychobiology 28:76). Weights and lengths give 60-65 % of waking time sedentary (Matthews 2008, Am J
# Epidemiol 167:875: 55 %) and, with ACTIVE, some 5,000 steps a day (welltory_hrv_covid19, measured: quartiles
# 1,456, 4,478, 7,857).
DOINGS = (
    Doing((0.00, 0.000), (20, 90), 0.0, 0, 3),
    Doing((0.05, 0.015), (5, 45), 0.40, 0, 18),
    Doing((0.14, 0.040), (3, 20), 0.34, 5, 55),
    Doing((0.32, 0.060), (3, 20), 0.09, 104, 160),
    Doing((0.62, 0.090), (20, 55), 0.006, 150, 520),
    Doing((0.42, 0.060), (1, 3), 0.05, 95, 240),
    Doing((0.18, 0.050), (2, 12), 0.05, 0, 20),
    Doing((0.18, 0.040), (6, 12), 0.024, 4, 70),
)
_EFFORT = np.array([d.effort for d in DOINGS])
_MINUTES = np.array([d.minutes for d in DOINGS])
_CHOICE = np.cumsum([d.weight for d in DOINGS]) / sum(d.weight for d in DOINGS)
CADENCE = np.array([d.cadence for d in DOINGS], dtype=np.float32)
ACCEL = np.array([d.accel for d in DOINGS], dtype=np.float32)

ACTIVE = (0.1, 1.0)  # how many of the active bouts a wearer really does, uniform over wearers
_NIGHT_WAKING = 0.06  # share of bouts within the sleep window that are spent awake
_CALM = np.array([SLEEP, REST, REST, REST, REST, REST, REST, REST])
_NO_EXERCISE = np.array([SLEEP, REST, LIGHT, WALK, LIGHT, LIGHT, STRESS, SHOWER])


class Routine:
    """The bout each wearer is in, minute by minute."""

    def __init__(self, rng: np.random.Generator, cohort: Cohort) -> None:
        self._active = rng.uniform(*ACTIVE, len(cohort))
        self._cohort = cohort
        self._kind = np.full(len(cohort), REST)
        self._effort = np.full(len(cohort), 0.05)
        self._left = np.zeros(len(cohort))

    def minute(
        self, rng: np.random.Generator, hour: NDArray[np.float64], calm: NDArray[np.uint8]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Advance a minute; `hour` is each wearer's local hour of day.

        `calm` is 1 where a condition keeps the wearer from exercise and 2 where it keeps them at rest.
        Gives what each wearer does (index into DOINGS) and the effort that it takes.
        """
        self._left -= 1
        over = np.flatnonzero(self._left <= 0)
        if len(over):
            self._choose(rng, over, hour)
        kind = np.where(
            calm == 2, _CALM[self._kind], np.where(calm == 1, _NO_EXERCISE[self._kind], self._kind)
        )
        return kind, np.where(kind == self._kind, self._effort, _EFFORT[kind, 0])

    def _choose(self, rng: np.random.Generator, who: NDArray[np.int64], hour: NDArray[np.float64]) -> None:
        draw = rng.random((5, len(who)))
        asleep = _asleep(self._cohort, hour)[who]
        kind = np.searchsorted(_CHOICE, draw[0])
        idle = draw[4] >= self._active[who]
        kind = np.where(idle & np.isin(kind, (WALK, EXERCISE, BURST)), REST, kind)
        late = (hour[who] < 6.5) | (hour[who] > 21.5)
        kind = np.where((kind == EXERCISE) & late, REST, kind)
        kind = np.where(asleep, np.where(draw[1] < _NIGHT_WAKING, LIGHT, SLEEP), kind)
        low, high = _MINUTES[kind].T
        length = low + (high - low) * draw[2] ** 2
        self._kind[who] = kind
        self._left[who] = np.where(asleep & (kind != SLEEP), 1 + 4 * draw[2], np.round(length))
        mean, sd = _EFFORT[kind].T
        self._effort[who] = np.maximum(mean + sd * 1.7 * (2 * draw[3] - 1), 0)


def _asleep(cohort: Cohort, hour: NDArray[np.float64]) -> NDArray[np.bool_]:
    after_bed = (hour - cohort.bedtime) % 24
    return np.asarray(after_bed < (cohort.waking - cohort.bedtime) % 24)
