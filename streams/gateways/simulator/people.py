"""Who the simulated wearers are: every wearer's own normal, drawn from published spreads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from streams.records import Profile

Floats = NDArray[np.float64]
Rng = np.random.Generator

# Minutes east of UTC of the places that simulated wearers live in.
_OFFSETS = (-480, -300, -180, 0, 60, 120, 180, 330, 480, 540)

HEART_RATE_AT_REST = (65.5, 7.7)  # Quer 2020 (PLoS ONE 15:e0227709): daily resting heart rate, mean and SD
RMSSD_LOG = (
    3.68,
    0.345,
)  # Nunan 2010 (PACE 33:1407): 42 ± 15 ms at rest; welltory, measured: median 51
BREATHS = (15.5, 2.0)  # Natarajan 2021 (npj Digit Med 4:136): nightly rate, 90 % of people within 12 to 19
TEMPERATURE = (36.6, 0.2)  # Obermeyer 2017 (BMJ 359:j5468): mean 36.6 °C, 95 % of people 35.7 to 37.3
SATURATION = (97.2, 0.8)  # healthy adults at sea level 96 to 99 %, so that NEWS2 gives 0 from 96 %
AGE = (44.3, 15.5)  # nhanes_2009_12, measured over its adults
SYSTOLIC = (102.6, 0.376, 15.0)  # nhanes_2009_12, measured: 102.6 + 0.376 a year of age, SD 15.0 around it
DIASTOLIC = (70.2, 11.9, 0.396)  # nhanes_2009_12, measured: mean, SD, correlation with systolic
HEIGHT = ((163.2, 6.7), (176.2, 7.3))  # nhanes_2009_12, measured over its adults: women, men; cm
BMI_LOG = ((3.28, 0.21), (3.32, 0.18))  # nhanes_2009_12, measured likewise
ECTOPICS_PER_HOUR = (
    np.log(0.8),
    1.1,
)  # Conen 2012 (Circulation 126:2302): median 0.8, quartiles 0.4, 1.8
FREQUENT_ECTOPY = (
    0.08,
    0.01,
    0.06,
)  # share of wearers; of their beats (ltafdb_rr, measured: .01 to .13)
DIPS_PER_HOUR = (
    np.log(4.0),
    0.8,
)  # Heinzer 2015 (Lancet Respir Med 3:310): from 40 on, median 6.9, 14.9
BEDTIME, WAKING = (
    (23.3, 1.0),
    (7.2, 1.0),
)  # Roenneberg 2007 (Sleep Med Rev 11:429): mid-sleep at 3 to 4 h
GLUCOSE_HEALTHY = (
    99.0,
    7.0,
)  # Shah 2019 (J Clin Endocrinol Metab 104:4356): healthy wearers of a CGM
GLUCOSE_DIABETIC = (128.0, 10.0)  # lower half of shanghai_cgm (measured quartiles 120, 142): well controlled


@dataclass(frozen=True, slots=True)
class Cohort:
    """One value a wearer in every array (length W)."""

    names: tuple[str, ...]
    age: Floats
    hr: Floats
    hr_max: Floats
    rmssd: Floats
    rr: Floats
    temp: Floats
    spo2: Floats
    sbp: Floats
    dbp: Floats
    glucose: Floats
    ectopy: Floats
    """Premature beats as a share of all beats."""
    dips: Floats
    """Short apnoea dips of the oxygen saturation per hour of sleep."""
    bedtime: Floats
    waking: Floats
    utc_offset: NDArray[np.int64]
    phase: NDArray[np.int64]
    """ms into the minute at which this wearer's device syncs."""
    diabetic: NDArray[np.bool_]
    cgm: NDArray[np.bool_]
    cuff: NDArray[np.bool_]
    male: NDArray[np.bool_]
    height: Floats
    """cm"""
    weight: Floats
    """kg"""

    def __len__(self) -> int:
        return len(self.names)


def draw_cohort(rng: Rng, wearers: int, prefix: str = "sim") -> Cohort:
    """Draw the wearers' normals. Physiological limits cut the tails."""
    age = np.clip(rng.normal(*AGE, wearers), 18, 85)
    systolic = rng.standard_normal(wearers)
    mean, sd, r = DIASTOLIC
    diastolic = r * systolic + np.sqrt(1 - r * r) * rng.standard_normal(wearers)
    hr = np.clip(rng.normal(*HEART_RATE_AT_REST, wearers), 48, 86)
    cgm = rng.random(wearers) < 0.25
    diabetic = cgm & (rng.random(wearers) < 0.5)
    body = np.random.default_rng(rng.bit_generator.seed_seq.spawn(1)[0])  # type: ignore[attr-defined]
    male = body.random(wearers) < 0.5
    height = _by_sex(body, HEIGHT, male)
    return Cohort(
        names=tuple(f"{prefix}-{i:05d}" for i in range(wearers)),
        age=age,
        hr=hr,
        hr_max=208 - 0.7 * age,  # Tanaka 2001 (J Am Coll Cardiol 37:153)
        rmssd=np.clip(np.exp(rng.normal(*RMSSD_LOG, wearers)), 14, 110),
        rr=np.clip(rng.normal(*BREATHS, wearers), 11.5, 19.0),
        temp=np.clip(rng.normal(*TEMPERATURE, wearers), 36.1, 37.1),
        spo2=np.clip(rng.normal(*SATURATION, wearers), 95.8, 98.8),
        sbp=np.clip(SYSTOLIC[0] + SYSTOLIC[1] * age + SYSTOLIC[2] * systolic, 95, 165),
        dbp=np.clip(mean + sd * diastolic, 52, 100),
        glucose=_glucose(rng, diabetic),
        ectopy=_ectopy(rng, hr),
        dips=np.exp(rng.normal(*DIPS_PER_HOUR, wearers)),
        bedtime=rng.normal(*BEDTIME, wearers),
        waking=rng.normal(*WAKING, wearers),
        utc_offset=rng.choice(np.array(_OFFSETS), wearers),
        phase=rng.integers(0, 60_000, wearers),
        diabetic=diabetic,
        cgm=cgm,
        cuff=rng.random(wearers) < 0.3,
        male=male,
        height=height,
        weight=np.exp(_by_sex(body, BMI_LOG, male)) * (height / 100) ** 2,
    )


def profiles(cohort: Cohort, start: int) -> dict[str, Profile]:
    """What each wearer's care team knows when the simulation begins (`start`, ms UTC)."""
    year = datetime.fromtimestamp(start / 1000, UTC).year
    facts = (cohort.age, cohort.male, cohort.height.round(0), cohort.weight.round(1), cohort.diabetic)
    columns = [column.tolist() for column in facts]
    return {
        name: Profile(
            name,
            birth_year=year - int(age),
            sex="male" if male else "female",
            height_cm=height,
            weight_kg=weight,
            conditions=["E11"] if diabetic else [],
        )
        for name, age, male, height, weight, diabetic in zip(cohort.names, *columns, strict=True)
    }


def _by_sex(rng: Rng, spreads: tuple[tuple[float, float], ...], male: NDArray[np.bool_]) -> Floats:
    mean, sd = (np.where(male, spreads[1][i], spreads[0][i]) for i in (0, 1))
    return np.asarray(mean + sd * rng.standard_normal(len(male)))


def _glucose(rng: Rng, diabetic: NDArray[np.bool_]) -> Floats:
    healthy = rng.normal(*GLUCOSE_HEALTHY, len(diabetic))
    return np.where(diabetic, rng.normal(*GLUCOSE_DIABETIC, len(diabetic)), healthy)


def _ectopy(rng: Rng, hr: Floats) -> Floats:
    wearers = len(hr)
    usual = np.exp(rng.normal(*ECTOPICS_PER_HOUR, wearers)) / (hr * 60)
    share, low, high = FREQUENT_ECTOPY
    frequent = rng.uniform(low, high, wearers)
    return np.where(rng.random(wearers) < share, frequent, np.minimum(usual, low))
