"""What the deterioration networks see of a stay: hourly vitals as they are, and what they came to so far.

A row is [48 hours, channels]: one column per vital (NaN where nothing was measured in that hour, and
in hours that are yet to come), then what is known of the person, the same in every hour. Everything
at an hour is derived from that hour and earlier ones, so an answer never changes with the future.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

HOURS = 48
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
_RATIOS = {"wearable": (("hr", "sbp"),), "clinical": (("hr", "sbp"), ("pao2", "fio2"))}
"""Shock index and the oxygenation ratio, as logarithms of what was seen last."""
_RATIO_SCALE = {("hr", "sbp"): (-0.32, 0.28), ("pao2", "fio2"): (5.4, 0.6)}
SUMMARIES = ("last", "first", "low", "high", "mean", "spread", "count", "age")

Inputs = Literal["wearable", "clinical"]


def channels(inputs: Inputs) -> int:
    """Columns of a row."""
    return len(VITALS[inputs]) + len(PEOPLE[inputs])


def shapes(inputs: Inputs) -> dict[str, tuple[int, ...]]:
    """Names and shapes of the network's inputs, batch left out."""
    vitals = len(VITALS[inputs])
    wide = vitals * len(SUMMARIES) + len(_RATIOS[inputs]) + 2 * len(PEOPLE[inputs]) + 2
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
    vitals = VITALS[inputs]
    scaled = _scaled(vitals, x[:, :, : len(vitals)])
    known = ~np.isnan(scaled)
    value = np.where(known, scaled, 0.0)
    since = _since(known)
    last = _carried(value, known)
    hourly = np.concatenate([last, known, np.minimum(since, _LONG) / _LONG], axis=2)
    so_far = _so_far(value, known, last, since)
    ratios = _ratios(inputs, vitals, x[:, :, : len(vitals)])
    person = _person(inputs, x[:, :, len(vitals) :])
    clock = np.broadcast_to(_clock(), (len(x), HOURS, 2))
    summary = np.concatenate([so_far, ratios, person, clock], axis=2)
    return hourly.astype(np.float32), summary.astype(np.float32)


def _scaled(vitals: tuple[Vital, ...], x: Array) -> Array:
    """Values over their usual range; artefacts become NaN."""
    out = np.empty_like(x)
    for i, vital in enumerate(vitals):
        column = x[:, :, i]
        seen = np.where((column >= vital.low) & (column <= vital.high), column, np.nan)
        level = np.log(seen) if vital.log else seen
        out[:, :, i] = np.clip((level - vital.centre) / vital.scale, -_CLIP, _CLIP)
    return out


def _since(known: NDArray[np.bool_]) -> Array:
    """[n, 48, v] hours since it was last measured; since the beginning where it never was."""
    hours = np.arange(HOURS, dtype=np.float64)[None, :, None]
    seen = np.maximum.accumulate(np.where(known, hours, -1.0), axis=1)
    return np.asarray(hours - seen)


def _carried(value: Array, known: NDArray[np.bool_]) -> Array:
    """The last value seen, 0 (usual) before the first."""
    hours = np.arange(HOURS)[None, :, None]
    at = np.maximum.accumulate(np.where(known, hours, -1), axis=1)
    taken = np.take_along_axis(value, np.maximum(at, 0), axis=1)
    return np.asarray(np.where(at >= 0, taken, 0.0))


def _so_far(value: Array, known: NDArray[np.bool_], last: Array, since: Array) -> Array:
    """[n, 48, 8 vitals] what each vital came to so far, 0 where it was never measured."""
    count = np.cumsum(known, axis=1)
    some = np.maximum(count, 1)
    mean = np.cumsum(value, axis=1) / some
    spread = np.sqrt(np.maximum(np.cumsum(value**2, axis=1) / some - mean**2, 0.0))
    low = np.minimum.accumulate(np.where(known, value, np.inf), axis=1)
    high = np.maximum.accumulate(np.where(known, value, -np.inf), axis=1)
    first = _first(value, known)
    seen = count > 0
    parts = [last, first, np.where(seen, low, 0.0), np.where(seen, high, 0.0), mean, spread]
    often = np.log1p(count) / 2.0 - 1.0
    return np.concatenate([*parts, often, np.minimum(since, 2 * _LONG) / _LONG - 1.0], axis=2)


def _first(value: Array, known: NDArray[np.bool_]) -> Array:
    """The first value from the hour on in which it was measured."""
    at = np.argmax(known, axis=1)[:, None, :]
    taken = np.take_along_axis(value, at, axis=1)
    return np.where(np.arange(HOURS)[None, :, None] >= at, taken, 0.0)


def _ratios(inputs: Inputs, vitals: tuple[Vital, ...], x: Array) -> Array:
    names = [vital.name for vital in vitals]
    parts = []
    for pair in _RATIOS[inputs]:
        top, bottom = (_last_log(vitals[names.index(name)], x[:, :, names.index(name)]) for name in pair)
        centre, scale = _RATIO_SCALE[pair]
        level = np.clip((top - bottom - centre) / scale, -_CLIP, _CLIP)
        parts.append(np.where(np.isnan(level), 0.0, level)[:, :, None])
    return np.concatenate(parts, axis=2)


def _last_log(vital: Vital, column: Array) -> Array:
    """[n, 48] logarithm of the last value seen, NaN before the first."""
    seen = (column >= vital.low) & (column <= vital.high)
    last = _carried(np.log(np.where(seen, column, 1.0))[:, :, None], seen[:, :, None])[:, :, 0]
    return np.where(np.maximum.accumulate(seen, axis=1), last, np.nan)


def _person(inputs: Inputs, x: Array) -> Array:
    """What is known of the person, scaled, and whether it is known."""
    scales = np.array([_PERSON_SCALE.get(name, (0.0, 1.0)) for name in PEOPLE[inputs]])
    known = ~np.isnan(x)
    scaled = np.clip((np.where(known, x, 0.0) - scales[:, 0]) / scales[:, 1], -_CLIP, _CLIP)
    return np.concatenate([np.where(known, scaled, 0.0), known], axis=2)


def _clock() -> Array:
    hours = np.arange(HOURS, dtype=np.float64)
    return np.stack([hours / HOURS - 0.5, np.exp(-hours / 6.0)], axis=1)
