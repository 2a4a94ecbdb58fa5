"""What the deterioration networks see of a stay: hourly vitals as they are, and what they came to so far.

A row is [48 hours, channels]: one column per vital (NaN where nothing was measured in that hour, and
in hours that are yet to come), then what is known of the person, the same in every hour, then the lowest
and the highest value within the hour of each vital that a wearable measures. Everything at an hour is
derived from that hour and earlier ones, so an answer never changes with the future.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.deep.relations import RELATIONS, Levels, relate
from models.deep.so_far import SO_FAR, hours_since, so_far

HOURS = 48
UNKNOWN = -99.0
"""Stands in a summary for what was never measured; nothing measured comes near it."""
_CLIP = 5.0
_LONG = 12.0
"""Hours after which a value counts as old."""

Array = NDArray[np.float64]
Rows = NDArray[np.float32]
Reduce = Literal["mean", "min", "max", "sum"]


@dataclass(frozen=True, slots=True)
class Vital:
    """One measured column: how an hour's values become one, and its usual range for scaling."""

    name: str
    params: tuple[str, ...]
    """Names in the CinC 2012 layout; several kinds of one vital are joined."""
    unit: str
    centre: float
    scale: float
    reduce: Reduce = "mean"
    log: bool = False
    low: float = -np.inf
    high: float = np.inf
    """Outside of these a value is an artefact and left out."""


WEARABLE: tuple[Vital, ...] = (
    Vital("hr", ("HR",), "1/min", 86, 18, low=15, high=300),
    Vital("rr", ("RespRate",), "1/min", 19, 5.5, low=3, high=80),
    Vital("sbp", ("SysABP", "NISysABP"), "mmHg", 119, 22, low=30, high=300),
    Vital("dbp", ("DiasABP", "NIDiasABP"), "mmHg", 59, 13, low=10, high=200),
    Vital("map", ("MAP", "NIMAP"), "mmHg", 79, 15, low=15, high=250),
    Vital("temp", ("Temp",), "°C", 37.0, 0.9, low=28, high=43),
    Vital("sao2", ("SaO2",), "%", 96.5, 3.5, low=40, high=100),
)
CLINICAL: tuple[Vital, ...] = (
    *WEARABLE,
    Vital("gcs", ("GCS",), "points", 11, 4, reduce="min", low=3, high=15),
    Vital("fio2", ("FiO2",), "share", 0.55, 0.2, reduce="max", low=0.2, high=1),
    Vital("vent", ("MechVent",), "on", 0, 1, reduce="max"),
    Vital("glucose", ("Glucose",), "mg/dL", 4.85, 0.4, log=True, low=10, high=1500),
    Vital("lactate", ("Lactate",), "mmol/L", 0.75, 0.65, log=True, low=0.1, high=40),
    Vital("urine", ("Urine",), "mL", 4.4, 1.1, reduce="sum", log=True, low=0.1, high=5000),
    Vital("wbc", ("WBC",), "10⁹/L", 2.4, 0.55, log=True, low=0.05, high=300),
    Vital("creatinine", ("Creatinine",), "mg/dL", 0.1, 0.65, log=True, low=0.05, high=30),
    Vital("pao2", ("PaO2",), "mmHg", 4.8, 0.5, log=True, low=10, high=600),
)
PEOPLE: dict[str, tuple[str, ...]] = {
    "wearable": ("age", "male"),
    "clinical": ("age", "male", "height_cm", "weight_kg", "icu_1", "icu_2", "icu_3", "icu_4"),
}
"""Columns on the person. `icu_*` say the kind of unit: coronary, cardiac surgery, medical, surgical."""
VITALS = {"wearable": WEARABLE, "clinical": CLINICAL}
_PERSON_SCALE = {"age": (64.0, 17.0), "height_cm": (169.0, 12.0), "weight_kg": (82.0, 23.0)}

Inputs = Literal["wearable", "clinical"]


def columns(inputs: Inputs) -> tuple[str, ...]:
    """Names of a row's columns: vitals, people, then `NAME_low` and `NAME_high` of the wearable's vitals."""
    extremes = (f"{vital.name}_{end}" for end in ("low", "high") for vital in WEARABLE)
    return (*(vital.name for vital in VITALS[inputs]), *PEOPLE[inputs], *extremes)


def columns_of(inputs: Inputs, vital: str) -> list[int]:
    """Every column that tells of a vital."""
    wanted = {vital, f"{vital}_low", f"{vital}_high"}
    return [i for i, name in enumerate(columns(inputs)) if name in wanted]


def channels(inputs: Inputs) -> int:
    """How many columns a row has."""
    return len(columns(inputs))


def shapes(inputs: Inputs) -> dict[str, tuple[int, ...]]:
    """Names and shapes of the network's inputs, batch left out."""
    vitals = len(VITALS[inputs])
    wide = vitals * len(SO_FAR) + len(RELATIONS[inputs]) + 2 * len(PEOPLE[inputs]) + 2
    return {"hourly": (HOURS, 3 * vitals), "summary": (HOURS, wide)}


def deterioration_inputs(inputs: Inputs, rows: NDArray[np.floating]) -> tuple[Rows, Rows]:
    """Derive the network's inputs.

    `rows` [n, 48, channels] in the units of `VITALS` and `PEOPLE`, NaN where unknown. Gives the hourly
    sequence [n, 48, 3 vitals] (value carried forward, whether measured, hours since) and the summary so
    far [n, 48, …]. Raises ValueError on another shape or on infinite values.
    """
    x = np.asarray(rows, dtype=np.float64)
    if x.ndim != 3 or x.shape[1:] != (HOURS, channels(inputs)):
        raise ValueError(f"rows are [n, {HOURS}, {channels(inputs)}] for {inputs}, not {list(x.shape)}")
    if np.isinf(x).any():
        raise ValueError("rows hold infinite values")
    vitals, people, worn = VITALS[inputs], PEOPLE[inputs], len(WEARABLE)
    hours, person, low, high = np.split(x, np.cumsum([len(vitals), len(people), worn]), axis=2)
    scaled = _scaled(vitals, hours)
    least, most = scaled.copy(), scaled.copy()
    least[:, :, :worn], most[:, :, :worn] = _scaled(WEARABLE, low), _scaled(WEARABLE, high)
    measured = so_far(scaled, least, most)
    hourly, last, mean, first = _in_units(vitals, scaled, measured)
    related = relate(inputs, Levels(hourly, last, mean, first, _by_name(people, person)))
    clock = np.broadcast_to(_clock(), (len(x), HOURS, 2))
    summary = np.concatenate([*measured.values(), related, _person(inputs, person), clock], axis=2)
    return _sequence(scaled, measured["last"]), _filled(summary, UNKNOWN)


def _sequence(scaled: Array, last: Array) -> Rows:
    """Values carried forward (0, usual, before the first), whether measured, hours since over twelve."""
    known = ~np.isnan(scaled)
    since = np.minimum(hours_since(known), _LONG) / _LONG
    return _filled(np.concatenate([last, known, since], axis=2), 0.0)


def _filled(x: Array, unknown: float) -> Rows:
    return np.where(np.isnan(x), unknown, x).astype(np.float32)


def _by_name(names: Iterable[str], x: Array) -> dict[str, Array]:
    return dict(zip(names, np.moveaxis(x, 2, 0), strict=True))


def _in_units(
    vitals: tuple[Vital, ...], scaled: Array, measured: Mapping[str, Array]
) -> Iterator[dict[str, Array]]:
    """Each vital [n, 48] in its unit: hour by hour, then the last, mean and first so far."""
    for x in (scaled, measured["last"], measured["mean"], measured["first"]):
        levels = x * [vital.scale for vital in vitals] + [vital.centre for vital in vitals]
        logs = [i for i, vital in enumerate(vitals) if vital.log]
        levels[:, :, logs] = np.exp(levels[:, :, logs])
        yield _by_name((vital.name for vital in vitals), levels)


def _scaled(vitals: tuple[Vital, ...], x: Array) -> Array:
    """Values over their usual range; artefacts become NaN."""
    out = np.empty_like(x)
    for i, vital in enumerate(vitals):
        column = x[:, :, i]
        seen = np.where((column >= vital.low) & (column <= vital.high), column, np.nan)
        level = np.log(seen) if vital.log else seen
        out[:, :, i] = np.clip((level - vital.centre) / vital.scale, -_CLIP, _CLIP)
    return out


def _person(inputs: Inputs, x: Array) -> Array:
    """What is known of the person, scaled, and whether it is known."""
    scales = np.array([_PERSON_SCALE.get(name, (0.0, 1.0)) for name in PEOPLE[inputs]])
    known = ~np.isnan(x)
    scaled = np.clip((np.where(known, x, 0.0) - scales[:, 0]) / scales[:, 1], -_CLIP, _CLIP)
    return np.concatenate([np.where(known, scaled, 0.0), known], axis=2)


def _clock() -> Array:
    hours = np.arange(HOURS, dtype=np.float64)
    return np.stack([hours / HOURS - 0.5, np.exp(-hours / 6.0)], axis=1)
