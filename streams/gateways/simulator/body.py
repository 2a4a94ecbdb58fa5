"""The body: true vitals of all wearers, five seconds a tick, from what they do and what befalls them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.gateways.simulator.beats import RMSSD_FALL
from streams.gateways.simulator.block import TICK_MS, Influence
from streams.gateways.simulator.noise import NoiseBank
from streams.gateways.simulator.people import Cohort
from streams.gateways.simulator.routine import ACCEL, CADENCE, SLEEP, Routine

Array = NDArray[np.float32]
Rng = np.random.Generator
TICK_S = TICK_MS / 1000
PER_MINUTE = 60_000 // TICK_MS

# Restless heart at rest. ltafdb_rr and ltdb_rr, measured in the quietest four hours of 28 records: SD of the
# change of the 5-s mean rate over 5, 15, 60, 300, 1200 s is 2.0, 3.1, 3.8, 4.5, 5.2 beats a minute. Three
# processes of these time constants (s) and SDs give 2.1, 3.1, 3.8, 4.5, 5.0.
HEART_NOISE = {"hr_fast": (12.0, 2.55), "hr_slow": (180.0, 1.87), "hr_drift": (1500.0, 2.24)}
# Respiration, saturation, core temperature: time constant (s) and SD of what is not sensor noise.
OTHER_NOISE = {"rr": (60.0, 0.9), "rr_drift": (1500.0, 0.6), "spo2": (120.0, 0.35), "temp": (2400.0, 0.07)}
SENSOR_NOISE = {"hr_sensor": (20.0, 1.0), "spo2_sensor": (25.0, 1.0), "temp_sensor": (600.0, 1.0)}
TAUS = {name: tau for name, (tau, _) in {**HEART_NOISE, **OTHER_NOISE, **SENSOR_NOISE}.items()}

# Day and night. Heart: ltafdb_rr, ltdb_rr, measured: amplitude 6.3 a minute (median of 23 cosinor fits),
# here split into sleep and clock. Temperature: Refinetti 1992 (Physiol Behav): about half a degree from
# early morning to late afternoon.
SLEEP_HEART, CLOCK_HEART, HEART_PEAK_H = -3.0, 2.5, 15.0
CLOCK_TEMP, TEMP_PEAK_H = 0.23, 17.0
SLEEP_BREATHS, SLEEP_SPO2 = -1.0, -0.5

# How fast effort shows in the pulse (s): on-kinetics about 40 s, recovery about 80 s (a fit person loses 20
# to 30 beats in the first minute; Cole 1999, N Engl J Med 341:1351, calls 12 abnormal).
RISE_S, RECOVERY_S, WARM_S = 40.0, 80.0, 900.0
BREATHS_OF_EFFORT = 26.0  # from 15 at rest to about 40 at maximal effort (Astrand, Work Physiology)
TEMP_OF_EFFORT = 1.2  # Saltin 1966 (J Appl Physiol): core about 1 °C up at 60-70 % of the maximum
DIP_KEEP = float(np.exp(-TICK_S / 14.0))  # an apnoea's dip is over within half a minute to a minute


@dataclass(slots=True)
class Vitals:
    """True values by (tick, wearer) and, for what is told once a minute, (minute, wearer)."""

    hr: Array
    rr: Array
    spo2: Array
    temp: Array
    accel: Array
    steps: Array
    asleep: NDArray[np.bool_]
    noise: dict[str, Array]


class Body:
    """Carries what lasts from block to block: effort, warmth, dips, noise."""

    def __init__(self, rng: Rng, cohort: Cohort) -> None:
        self._cohort = cohort
        self._routine = Routine(rng, cohort)
        self._noise = NoiseBank(rng, TAUS, len(cohort), TICK_S)
        self._effort = np.full(len(cohort), 0.05, np.float32)
        self._warmth = np.zeros(len(cohort), np.float32)
        self._dip = np.zeros(len(cohort), np.float32)

    def block(self, rng: Rng, start: int, outside: Influence) -> Vitals:
        """Live through the block that begins at `start` + each wearer's phase (ms)."""
        doing, effort = self._do(rng, start, outside)
        asleep = np.repeat(doing == SLEEP, PER_MINUTE, axis=0)
        noise = self._noise.block(rng, outside.ticks)
        lagged, warmth = self._lag(np.repeat(effort.astype(np.float32), PER_MINUTE, axis=0))
        hour = self._hour(start)[None, :]
        # A minute's accelerations spread widely: log-normal around the bout's typical value.
        spread = np.exp(0.35 * rng.standard_normal(lagged.shape, dtype=np.float32))
        accel = np.repeat(ACCEL[doing], PER_MINUTE, axis=0) * spread
        return Vitals(
            hr=self._heart(lagged, asleep, hour, noise, outside),
            rr=self._breaths(lagged, asleep, noise, outside),
            spo2=self._saturation(rng, lagged, asleep, noise, outside),
            temp=self._temperature(warmth, hour, noise, outside),
            accel=accel,
            steps=self._steps(rng, doing),
            asleep=asleep,
            noise=noise,
        )

    def _hour(self, at: int) -> NDArray[np.float64]:
        local = at + self._cohort.phase + self._cohort.utc_offset * 60_000
        return np.asarray(local % 86_400_000 / 3_600_000)

    def _do(self, rng: Rng, start: int, outside: Influence) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        minutes = [
            self._routine.minute(rng, self._hour(start + i * 60_000) - outside.later, calm)
            for i, calm in enumerate(outside.calm)
        ]
        return np.stack([kind for kind, _ in minutes]), np.stack([effort for _, effort in minutes])

    def _lag(self, goal: Array) -> tuple[Array, Array]:
        """Give how effort shows: in the pulse within a minute, as warmth within a quarter of an hour."""
        effort, warmth = np.empty_like(goal), np.empty_like(goal)
        rise, fall, warm = (np.float32(1 - np.exp(-TICK_S / tau)) for tau in (RISE_S, RECOVERY_S, WARM_S))
        now, heat = self._effort, self._warmth
        for i, wanted in enumerate(goal):
            gap = wanted - now
            now = effort[i] = now + np.where(gap > 0, rise, fall) * gap
            heat = warmth[i] = heat + warm * (now - heat)
        self._effort, self._warmth = now, heat
        return effort, warmth

    def _heart(
        self,
        effort: Array,
        asleep: NDArray[np.bool_],
        hour: NDArray[np.float64],
        noise: dict[str, Array],
        outside: Influence,
    ) -> Array:
        c = self._cohort
        base = c.hr + CLOCK_HEART * np.cos((hour - HEART_PEAK_H) * np.pi / 12)
        hr = base.astype(np.float32) + effort * (c.hr_max - c.hr).astype(np.float32)
        hr += SLEEP_HEART * asleep
        hr = outside.apply("hr", hr)
        # The restlessness goes along with beat-to-beat variability, and in beats a minute it is that of the
        # intervals times hr²: log variability falls by .021 a beat (beats.py). The figures are of about 60.
        slope = np.square(hr / 60) * np.exp(-RMSSD_FALL * (hr - 60))
        restless = np.sqrt(outside.hrv) * np.clip(slope, 0.5, 1.3)
        hr += restless * sum((sd * noise[name] for name, (_, sd) in HEART_NOISE.items()), np.float32(0))
        return np.asarray(np.clip(hr, 28, 210))

    def _breaths(
        self, effort: Array, asleep: NDArray[np.bool_], noise: dict[str, Array], outside: Influence
    ) -> Array:
        rr = self._cohort.rr.astype(np.float32) + BREATHS_OF_EFFORT * np.maximum(effort - 0.05, 0)
        rr += SLEEP_BREATHS * asleep
        rr = outside.apply("rr", rr)
        rr += OTHER_NOISE["rr"][1] * noise["rr"] + OTHER_NOISE["rr_drift"][1] * noise["rr_drift"]
        return np.asarray(np.clip(rr, 6, 60))

    def _saturation(
        self, rng: Rng, effort: Array, asleep: NDArray[np.bool_], noise: dict[str, Array], outside: Influence
    ) -> Array:
        spo2 = self._cohort.spo2.astype(np.float32) - 1.2 * effort
        spo2 += SLEEP_SPO2 * asleep
        spo2 = outside.apply("spo2", spo2)
        spo2 -= self._dips(rng, asleep)
        spo2 += OTHER_NOISE["spo2"][1] * noise["spo2"]
        return np.asarray(np.clip(spo2, 60, 100))

    def _dips(self, rng: Rng, asleep: NDArray[np.bool_]) -> Array:
        """Give apnoea dips of 3 to 8 % in sleep (an event counts from 3 %, AASM 2012)."""
        chance = (self._cohort.dips * TICK_S / 3600).astype(np.float32)
        hits = (rng.random(asleep.shape, dtype=np.float32) < chance) & asleep
        depth = hits * (3 + 5 * rng.random(asleep.shape, dtype=np.float32) ** 2)
        now = self._dip
        for i, fall in enumerate(depth):
            now = depth[i] = np.maximum(now * DIP_KEEP, fall)
        self._dip = now
        return np.asarray(depth, dtype=np.float32)

    def _temperature(
        self, warmth: Array, hour: NDArray[np.float64], noise: dict[str, Array], outside: Influence
    ) -> Array:
        base = self._cohort.temp + CLOCK_TEMP * np.cos((hour - TEMP_PEAK_H) * np.pi / 12)
        temp = base.astype(np.float32) + TEMP_OF_EFFORT * np.maximum(warmth - 0.1, 0)
        temp = outside.apply("temp", temp)
        return np.asarray(temp + OTHER_NOISE["temp"][1] * noise["temp"])

    def _steps(self, rng: Rng, doing: NDArray[np.int64]) -> Array:
        cadence = CADENCE[doing]
        varied = cadence * (1 + 0.08 * rng.standard_normal(cadence.shape, dtype=np.float32))
        return np.asarray(
            np.where(cadence > 20, varied, cadence * rng.random(cadence.shape) * 2), dtype=np.float32
        )
