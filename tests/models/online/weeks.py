"""Seeded nights of people: what they differ by, illnesses laid over them, and rows made of them."""

from __future__ import annotations

import math

import numpy as np

from models.online.illness import Onset, Watch
from models.online.nights import KEPT, Nights, code

SPREAD = {"hr": 2.0, "temp": 0.09, "rr": 0.45, "hrv": 0.12, "spo2": 0.4}
LEVEL = {"hr": 60.0, "temp": 34.5, "rr": 15.0, "hrv": 3.7, "spo2": 96.5}
ILLNESS = {"hr": 5.0, "temp": 0.4}
"""What an illness adds at its height."""


def alike(rng, days, rho=0.4):
    """Unit variance, neighbouring days correlated."""
    level = rng.standard_normal(days)
    for i in range(1, days):
        level[i] = rho * level[i - 1] + math.sqrt(1 - rho**2) * level[i]
    return level


def weeks(seed, days=70, channels=("hr", "temp")):
    """Nights of one person by channel: correlated, some bad ones, a slow trend, some not worn (NaN).

    Bad nights come so often that the simple rule "pulse beyond 2.5 robust spreads of 28 nights" alarms on
    about 3.5 days of 140; on real watches it was measured to on 3.
    """
    rng = np.random.default_rng(seed)
    own = {
        name: LEVEL[name] + SPREAD[name] * rng.uniform(0.6, 1.4) * alike(rng, days, 0.3) for name in channels
    }
    bad = (rng.random(days) < 0.025) * rng.lognormal(math.log(4.5), 0.5, days)
    own["hr"] += bad + rng.uniform(-2, 2) * np.linspace(0, 1, days)
    missed = rng.random(days) < rng.uniform(0, 0.2)
    return {name: np.where(missed, np.nan, values) for name, values in own.items()}


def ill(nights, start, ramp=3, lasting=5):
    """The same nights with an illness that begins on day `start`."""
    days = np.arange(len(next(iter(nights.values())))) - start + 0.15
    strength = np.clip(np.minimum(days / ramp, (ramp + lasting + 3 - days) / 3), 0, 1)
    return {name: values + ILLNESS.get(name, 0.0) * strength for name, values in nights.items()}


def judged(nights, aside=()) -> list[Onset]:
    """What each night is judged as."""
    kept, watch, told = Nights(), Watch(), []
    for day in range(len(next(iter(nights.values())))):
        for name, values in nights.items():
            value = values[day]
            kept.rows[name] = (kept.rows.get(name, b"") + bytes((_code(name, value),)))[-KEPT:]
        told.append(watch.judge(kept, 1, day * 86_400_000, day * 86_400_000, aside))
    return told


def _code(name, value):
    return 0 if math.isnan(value) else code(name, float(value))


def alarms(told):
    """The days whose night is evidence."""
    return [day for day, night in enumerate(told) if night.strength >= 1]
