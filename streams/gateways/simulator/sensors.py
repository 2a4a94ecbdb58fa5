"""What a watch reports of the true vitals: sensor noise, motion artefacts, rounding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.gateways.simulator.block import Influence
from streams.gateways.simulator.body import PER_MINUTE, Vitals
from streams.gateways.simulator.routine import CADENCE, WALK

Array = NDArray[np.float32]
Rng = np.random.Generator

HR_ERROR = 0.02  # Shcherbina 2017 (J Pers Med 7:3): the best wrist device is 2 % off
HR_MOTION = 2.5  # factor in motion (Bent 2020, npj Digit Med 3:18: 30 % worse on average, far more for some)
CADENCE_LOCK = 0.01  # share of walking minutes in which steps are counted for beats (Bent 2020: "crossover")
AF_SPREAD = 0.07  # a 5-s mean of eight intervals of ltafdb_rr's AF (coefficient of variation .21)
SPO2_ERROR = 0.8  # within a person; FDA guidance on oximeters allows 3.5 % in all for reflectance sensors
SPO2_LOST, SPO2_LOW = 0.45, 0.06  # shares of readings in motion that are missing; that are false and low
RR_ERROR = 0.5
TEMP_ERROR = 0.05
MOTION_MG = 100.0  # from moderate activity (Hildebrand 2014)
LOST = -1
"""Stands for a reading that the device did not give."""


@dataclass(slots=True)
class Readings:
    """What the watch measured, (tick, W) but steps (minute, W); `motion` says where it moved."""

    hr: Array
    rr: Array
    spo2: Array
    temp: Array
    accel: Array
    steps: Array
    motion: NDArray[np.bool_]


def read(rng: Rng, true: Vitals, outside: Influence) -> Readings:
    """Measure a block of true vitals."""
    motion = true.accel > MOTION_MG
    return Readings(
        hr=_heart_rate(rng, true, outside, motion),
        rr=np.clip(true.rr + RR_ERROR * rng.standard_normal(true.rr.shape, dtype=np.float32), 4, 70),
        spo2=_saturation(rng, true, outside, motion),
        temp=outside.apply("sensor.temp", true.temp) + np.float32(TEMP_ERROR) * true.noise["temp_sensor"],
        accel=true.accel,
        steps=np.clip(true.steps, 0, 240),
        motion=motion,
    )


def _heart_rate(rng: Rng, true: Vitals, outside: Influence, motion: NDArray[np.bool_]) -> Array:
    error: Array = true.noise["hr_sensor"] * np.where(
        motion, np.float32(HR_ERROR * HR_MOTION), np.float32(HR_ERROR)
    )
    if outside.irregular.any():
        wild = rng.standard_normal(error.shape, dtype=np.float32)
        error += np.where(outside.irregular > 0, np.float32(AF_SPREAD), np.float32(0)) * wild
    hr = outside.apply("sensor.hr", true.hr * (1 + error))
    walking = np.abs(true.steps - CADENCE[WALK]) < 25
    locked = np.repeat(walking & (rng.random(walking.shape) < CADENCE_LOCK), PER_MINUTE, axis=0)
    return np.asarray(np.clip(np.where(locked, np.repeat(true.steps, PER_MINUTE, axis=0), hr), 25, 230))


def _saturation(rng: Rng, true: Vitals, outside: Influence, motion: NDArray[np.bool_]) -> Array:
    told = outside.apply("sensor.spo2", true.spo2) + np.float32(SPO2_ERROR) * true.noise["spo2_sensor"]
    spo2: Array = np.minimum(told, np.float32(100))
    if not motion.any():
        return np.asarray(spo2, dtype=np.float32)
    chance = rng.random(spo2.shape, dtype=np.float32)
    low = spo2 - 3 - 9 * rng.random(spo2.shape, dtype=np.float32)
    spo2[...] = np.where(motion & (chance < SPO2_LOST + SPO2_LOW), low, spo2)
    return np.asarray(np.where(motion & (chance < SPO2_LOST), LOST, spo2), dtype=np.float32)
