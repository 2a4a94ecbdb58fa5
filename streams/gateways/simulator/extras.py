"""The second devices of some wearers: a glucose sensor every five minutes, a cuff a few times a day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streams.gateways.simulator.block import TICK_MS, Influence
from streams.gateways.simulator.noise import NoiseBank
from streams.gateways.simulator.people import Cohort, Floats

Rng = np.random.Generator
EVERY_MS = 300_000
DAY_MS = 86_400_000

# Meals by local hour: time and its spread. Their peaks: healthy people reach about 150 after some meals
# (Shah 2019: 96 % of the time within 70 to 140, above 140 for 30 min a day); wearers with diabetes are the
# well controlled half of shanghai_cgm, whose coefficient of variation is .3 (measured median of 95 series).
MEALS = ((7.6, 0.8), (12.7, 0.7), (16.0, 1.2), (19.0, 0.9))
MEAL_RISE, MEAL_RISE_DIABETIC, SNACK = (34.0, 15.0, 75.0), (58.0, 18.0, 100.0), 0.4
PEAK_MS = 50 * 60_000
# SD of the change within 15 minutes: shanghai_cgm, measured median 9.75 mg/dL, meals included.
WANDER = {"glucose": 1800.0, "sensor": 1500.0}
WANDER_SD, WANDER_SD_DIABETIC, SENSOR_ERROR = 3.5, 7.0, 0.03

CUFF_HOURS = ((7.8, 0.6), (13.0, 1.5), (18.0, 1.5), (21.8, 0.8))
# welltory_hrv_covid19, measured: SD within a person 7.3 and 5.9 mmHg (medians of 8 people with 10 readings).
CUFF_SD = (7.3, 5.9)


class Glucose:
    """The glucose of the wearers that have a sensor."""

    def __init__(self, seed: int, rng: Rng, cohort: Cohort) -> None:
        self.who = np.flatnonzero(cohort.cgm)
        self._seed = seed
        self._cohort = cohort
        self._diabetic = cohort.diabetic[self.who]
        self._noise = NoiseBank(rng, WANDER, len(self.who), EVERY_MS / 1000)

    def block(self, rng: Rng, start: int, outside: Influence) -> NDArray[np.int64]:
        """Give readings in mg/dL, (samples, number of sensors), the first at the block's start."""
        every = EVERY_MS // TICK_MS
        samples = outside.ticks // every
        if not len(self.who):
            return np.empty((samples, 0), np.int64)
        noise = self._noise.block(rng, samples)
        local = start + self._cohort.phase[self.who] + self._cohort.utc_offset[self.who] * 60_000
        meals = np.stack([self._meals(local + i * EVERY_MS) for i in range(samples)])
        sd = np.where(self._diabetic, WANDER_SD_DIABETIC, WANDER_SD)
        glucose = self._cohort.glucose[self.who] + meals + sd * noise["glucose"]
        if "glucose" in outside.weight:
            weight, goal = (
                a[::every, self.who] for a in (outside.weight["glucose"], outside.goal["glucose"])
            )
            glucose = glucose + weight * (goal - glucose)
        told = np.clip(glucose * (1 + SENSOR_ERROR * noise["sensor"]), 40, 400)
        return np.asarray(np.rint(told), dtype=np.int64)

    def _meals(self, local: NDArray[np.int64]) -> Floats:
        # Between meals the level settles below the mean that meals lift.
        total = np.where(self._diabetic, -16.0, -7.0)
        today = int(local.max()) // DAY_MS
        for day in (today - 2, today - 1, today):
            at, rise = _meal_plan(self._seed, day, self._diabetic)
            x = np.maximum((local - day * DAY_MS)[None] - at, 0) / PEAK_MS
            total = total + (rise * x * np.exp(1 - x)).sum(axis=0)
        return np.asarray(total)


def _meal_plan(seed: int, day: int, diabetic: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    rng = np.random.default_rng([seed, 3, day])
    hours = np.array(MEALS)[:, :, None]
    shape = (len(MEALS), len(diabetic))
    at = (hours[:, 0] + hours[:, 1] * rng.standard_normal(shape)) * 3_600_000
    mean, sd, high = np.where(diabetic, np.array(MEAL_RISE_DIABETIC)[:, None], np.array(MEAL_RISE)[:, None])
    rise = np.clip(mean + sd * rng.standard_normal(shape), 3, high)
    rise[2] *= SNACK
    return at, rise


class Cuff:
    """Blood pressure of the wearers that have a cuff."""

    def __init__(self, seed: int, cohort: Cohort) -> None:
        self.who = np.flatnonzero(cohort.cuff)
        self._seed = seed
        self._cohort = cohort

    def block(self, start: int, outside: Influence) -> list[tuple[int, int, int, int]]:
        """Give the readings of a block: wearer, ms after its start, systolic, diastolic."""
        length = outside.ticks * TICK_MS
        local = start + self._cohort.phase[self.who] + self._cohort.utc_offset[self.who] * 60_000
        readings = []
        for day in (
            range(int(local.min()) // DAY_MS, int(local.max() + length) // DAY_MS + 1) if len(local) else ()
        ):
            rng = np.random.default_rng([self._seed, 4, day])
            hours = np.array(CUFF_HOURS)[:, :, None]
            draw = rng.standard_normal((3, len(CUFF_HOURS), len(self.who)))
            after = day * DAY_MS + (hours[:, 0] + hours[:, 1] * draw[0]) * 3_600_000 - local
            for k, i in zip(*np.nonzero((after >= 0) & (after < length)), strict=True):
                draws = draw[1:, k, i]
                readings.append(self._reading(int(self.who[i]), int(after[k, i]), draws, outside))
        for who, after_ms in outside.readings:
            begin = start + int(self._cohort.phase[who])
            draws = np.random.default_rng([self._seed, 9, who, begin + after_ms]).standard_normal(2)
            readings.append(self._reading(who, after_ms, draws, outside))
        return readings

    def _reading(self, who: int, after: int, draw: Floats, outside: Influence) -> tuple[int, int, int, int]:
        tick = after // TICK_MS
        change = float(outside.add["sbp"][tick, who]) if "sbp" in outside.add else 0.0
        # Systolic and diastolic move together.
        both = 0.6 * draw[0] + 0.8 * draw[1]
        sbp = _pulled(outside, "sbp", tick, who, self._cohort.sbp[who] + change) + CUFF_SD[0] * draw[0]
        dbp = _pulled(outside, "dbp", tick, who, self._cohort.dbp[who] + 0.5 * change) + CUFF_SD[1] * both
        sbp = float(np.clip(sbp, 60, 230))
        return who, after, round(sbp), round(float(np.clip(dbp, 35, sbp - 15)))


def _pulled(outside: Influence, name: str, tick: int, who: int, value: float) -> float:
    if name not in outside.weight:
        return value
    weight = float(outside.weight[name][tick, who])
    return value + weight * (float(outside.goal[name][tick, who]) - value)
