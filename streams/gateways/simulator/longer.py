"""What lasts for days: an illness, a sensor that shifts, a medicine or habit begun."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import numpy as np
from msgspec.structs import replace

from streams.gateways.simulator.courses import SITTING
from streams.gateways.simulator.episodes import HOUR, Course, Episode, Planned
from streams.gateways.simulator.lives import Lives
from streams.gateways.simulator.people import Cohort, Rng
from streams.records import Habit, Medicine, Profile

DAY = 24 * HOUR
LEAST = 2 * DAY
"""Nothing is planted so late that less than this is left to find it in."""

# The onset that personal risk is to find: resting heart rate +5 a minute over three days, temperature
# +0.4 °C. Rises of this kind: Mishra 2020 (Nat Biomed Eng 4:1208), Radin 2020 (Lancet Digit Health 2:e85).
ILLNESS = {"hr": 5.0, "temp": 0.4, "rr": 1.5}
ILLNESS_HRV = 0.8
ILLNESS_RISE, ILLNESS_DAYS, ILLNESS_FALL = 3 * DAY, (5.0, 10.0), 1.5 * DAY
# Lasting offsets of a sensor, in its unit; the sign of temperature and pulse may be either.
OFFSETS = {"hr": (5.0, 8.0), "temp": (0.45, 0.7), "spo2": (2.5, 3.5)}
LASTING = 0.6
"""Share of shifts that stay; the others are over after some days (the strap is tightened)."""

BETA_BLOCKER, ACE_INHIBITOR, HABIT = "C07AB02", "C09AA05", "walking"
WITH_A_PULSE_TO_LOSE = 60.0
TOO_SLOW = 46.0
"""Pulse while sitting under a beta blocker that is not tolerated."""


class Treatment(msgspec.Struct, frozen=True, gc=False):
    """A medicine (ATC code) or habit begun, and the true change of each vital at rest once it works."""

    wearer: str
    code: str
    start: int
    effects: dict[str, float]
    works_from: int
    stop: int | None = None
    adverse: bool = False


@dataclass(frozen=True, slots=True)
class Longer:
    """What is planned over days."""

    planned: list[Planned]
    treatments: list[Treatment]


def plan_longer(seed: int, cohort: Cohort, lives: Lives, start: int, end: int) -> Longer:
    """Plan at most one of them for each wearer, independent of all other plans."""
    planned: list[Planned] = []
    treatments: list[Treatment] = []
    earliest, latest = start + round(lives.settle_days * DAY), end - LEAST
    for who in range(len(cohort)) if latest >= earliest else ():
        rng = np.random.default_rng([seed, 7, who])
        draw, at = rng.random(), round(rng.uniform(earliest, latest))
        if draw < lives.ill:
            planned.append(_illness(rng, cohort, who, at, end))
        elif draw < lives.ill + lives.drifting:
            planned.append(_drift(rng, cohort, who, at, end))
        elif draw < lives.ill + lives.drifting + lives.treated:
            one, treatment = _treatment(rng, cohort, who, at, end, lives)
            planned.append(one)
            treatments.append(treatment)
    return Longer(planned, treatments)


def changed(profile: Profile, treatment: Treatment) -> Iterator[tuple[int, Profile]]:
    """Give the profiles that tell of a treatment, and when each is written (ms UTC)."""
    for at, stopped in ((treatment.start, None), (treatment.stop, treatment.stop)):
        if at is None:
            continue
        if treatment.code == HABIT:
            yield at, replace(profile, habits=[Habit(HABIT, treatment.start, stopped)])
        else:
            yield at, replace(profile, medicines=[Medicine(treatment.code, treatment.start, stopped)])


def raise_pressure(seed: int, cohort: Cohort, share: float) -> Cohort:
    """Give the cohort with a share of people whose pressure lies well above their age's."""
    rng = np.random.default_rng([seed, 10])
    more = (rng.random(len(cohort)) < share) * rng.uniform(15, 30, len(cohort))
    sbp, dbp = np.minimum(cohort.sbp + more, 168), np.minimum(cohort.dbp + more / 2, 104)
    return dataclasses.replace(cohort, sbp=sbp, dbp=dbp)


def _illness(rng: Rng, cohort: Cohort, who: int, start: int, end: int) -> Planned:
    length = round(rng.uniform(*ILLNESS_DAYS) * DAY)
    course = Course(
        who, start, start + length, ILLNESS_RISE, round(ILLNESS_FALL), dict(ILLNESS), {}, ILLNESS_HRV
    )
    return Planned(course, (_line(cohort, who, "illness", start, min(start + length, end), ILLNESS),))


def _drift(rng: Rng, cohort: Cohort, who: int, start: int, end: int) -> Planned:
    signal = ("hr", "temp", "spo2")[rng.integers(3)]
    size = rng.uniform(*OFFSETS[signal])
    down = signal == "spo2" or rng.random() < 0.5
    stop = end if rng.random() < LASTING else min(start + round(rng.uniform(3, 6) * DAY), end)
    add = {f"sensor.{signal}": -size if down else size}
    return Planned(
        Course(who, start, stop + (DAY if stop == end else 0), 0, 0, add, {}),
        (_line(cohort, who, "sensor_drift", start, stop, add),),
    )


def _treatment(
    rng: Rng, cohort: Cohort, who: int, start: int, end: int, lives: Lives
) -> tuple[Planned, Treatment]:
    kind = rng.random()
    if kind < 0.6:
        return _beta_blocker(rng, cohort, who, start, end, rng.random() < lives.adverse)
    if kind < 0.8 and cohort.cuff[who]:
        effects, code, rise = {"sbp": -rng.uniform(8, 15)}, ACE_INHIBITOR, 3 * DAY
    else:
        effects, code, rise = {"hr": -rng.uniform(1.5, 3.5)}, HABIT, 7 * DAY
    course = Course(who, start, end + DAY + rise, rise, 0, effects, {})
    return Planned(course), Treatment(cohort.names[who], code, start, effects, start + rise)


def _beta_blocker(
    rng: Rng, cohort: Cohort, who: int, start: int, end: int, bad: bool
) -> tuple[Planned, Treatment]:
    """A pulse 8 to 12 lower within a day; too slow in some, who stop after two or three days."""
    pulse, name = float(cohort.hr[who]), cohort.names[who]
    bad = bad and pulse >= WITH_A_PULSE_TO_LOSE
    slower = TOO_SLOW - SITTING - pulse if bad else -rng.uniform(8, 12)
    effects = {"hr": slower, "sbp": -8.0}
    stop = start + round(rng.uniform(2, 3) * DAY) if bad else end + 2 * DAY
    course = Course(who, start, stop + DAY, DAY, DAY, effects, {})
    if not bad:
        return Planned(course), Treatment(name, BETA_BLOCKER, start, effects, start + DAY)
    begins, ends = start + DAY // 2, min(stop + DAY, end)
    truth = (
        _line(cohort, who, "treatment", begins, ends, effects),
        replace(_line(cohort, who, "resting_heart_rate", begins, ends, effects), primary=False),
    )
    told = Treatment(name, BETA_BLOCKER, start, effects, start + DAY, stop if stop < end else None, True)
    return Planned(course, truth), told


def _line(
    cohort: Cohort, who: int, condition: str, start: int, end: int, detail: dict[str, float]
) -> Episode:
    rounded = {name: round(value, 2) for name, value in detail.items()}
    return Episode(cohort.names[who], condition, start, end, True, rounded)  # type: ignore[arg-type]
