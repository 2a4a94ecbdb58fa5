"""What the diabetes network sees of a person: what is known, scaled, and which of it is known.

A row is [11] numbers in the order of `COLUMNS`, NaN where unknown. Missing stays missing: a column
that is unknown adds nothing, and a flag says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_CLIP = 4.0


@dataclass(frozen=True, slots=True)
class Column:
    """One input with its unit, its usual value and spread (of the logarithm where `log`)."""

    name: str
    unit: str
    centre: float
    scale: float
    log: bool = False


COLUMNS: tuple[Column, ...] = (
    Column("age", "years", 3.7, 0.38, log=True),
    Column("male", "0 or 1", 0.5, 0.5),
    Column("bmi", "kg/m²", 3.38, 0.23, log=True),
    Column("pulse", "1/min", 73.0, 12.0),
    Column("systolic", "mmHg", 120.0, 17.0),
    Column("diastolic", "mmHg", 71.0, 12.0),
    Column("glucose", "mg/dL, 2 h after 75 g", 120.0, 30.0),
    Column("insulin", "µU/mL, 2 h after 75 g", 4.8, 0.7, log=True),
    Column("skin", "mm, triceps fold", 29.0, 10.0),
    Column("pregnancies", "count", 1.3, 0.75, log=True),
    Column("pedigree", "family history score", -0.95, 0.62, log=True),
)
_SHIFTED = {"pregnancies"}
"""Counts that may be 0: the logarithm is of one more."""
HINGES: tuple[tuple[str, float], ...] = (
    ("age", 30.0), ("age", 45.0), ("age", 60.0),
    ("bmi", 25.0), ("bmi", 30.0), ("bmi", 40.0),
    ("glucose", 100.0), ("glucose", 140.0), ("glucose", 165.0),
)  # fmt: skip
"""Bends: the part above a customary limit (WHO for BMI and two-hour glucose) as an input of its own."""
NAMES = tuple(column.name for column in COLUMNS)
CLINIC = ("glucose", "insulin", "skin", "pregnancies", "pedigree")
"""Neighbouring columns that a wearable or a scale never knows."""
WIDTH = 2 * len(COLUMNS) + len(HINGES)


def diabetes_inputs(rows: NDArray[np.floating]) -> tuple[NDArray[np.float32]]:
    """Derive the network's input.

    `rows` [n, 11] in the units of `COLUMNS`, NaN where unknown. Gives [n, WIDTH]: scaled values (0 where
    unknown), bends (0 where unknown), and whether each is known. Raises ValueError on another shape or
    on infinite values.
    """
    x = np.asarray(rows, dtype=np.float64)
    if x.ndim != 2 or x.shape[1] != len(COLUMNS):
        raise ValueError(f"diabetes rows are [n, {len(COLUMNS)}], not {list(x.shape)}")
    if np.isinf(x).any():
        raise ValueError("diabetes rows hold infinite values")
    scaled = np.stack([_scaled(column, x[:, i]) for i, column in enumerate(COLUMNS)], axis=1)
    bends = np.stack([_bend(name, limit, x[:, NAMES.index(name)]) for name, limit in HINGES], axis=1)
    values = np.concatenate([scaled, bends], axis=1)
    out = np.concatenate([np.where(np.isnan(values), 0.0, values), ~np.isnan(scaled)], axis=1)
    return (out.astype(np.float32),)


def _scaled(column: Column, values: Array) -> Array:
    if column.log:
        above = values + 1.0 if column.name in _SHIFTED else values
        values = np.log(np.where(above > 0, above, np.nan))
    return np.asarray(np.clip((values - column.centre) / column.scale, -_CLIP, _CLIP))


def _bend(name: str, limit: float, values: Array) -> Array:
    width = {"age": 15.0, "bmi": 8.0, "glucose": 30.0}[name]
    return np.asarray(np.clip((values - limit) / width, 0.0, _CLIP))
