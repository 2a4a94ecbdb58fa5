"""What of a network's rows is compared with its training data: few figures a row, each with a name.

`TRAINING` has their mean and standard deviation over the people that each network learnt from, one equal
voice a row; `python -m models.training.features` measures them again. A network that has none there (one
that was trained elsewhere, or `quality`, which sees the rows of `rhythm`) is not compared.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.deep.deterioration import VITALS, WEARABLE, Inputs
from models.deep.diabetes import NAMES
from models.deep.unusual import CHANNELS

Rows = NDArray[np.floating]
Features = dict[str, NDArray[np.float64]]
FILE: Final = Path(__file__).with_name("features.json")
HOUR: Final = 4
"""Steps of 15 minutes."""
KNOWN_OF_A_PERSON: Final = ("age", "bmi", "pulse", "systolic", "diastolic")
SPREADS: Final = ("hr", "rr", "spo2", "temp", "hrv")


class Spread(NamedTuple):
    """Mean and standard deviation of a figure over training rows."""

    mean: float
    sd: float


def features_of(model: str, rows: Rows) -> Features:
    """The figures of rows [n, …] of a network, [n] each, NaN where nothing was measured; none for others."""
    find = _FINDERS.get(model)
    return {} if find is None else find(np.asarray(rows, dtype=np.float64))


@cache
def training(path: Path = FILE) -> Mapping[str, Mapping[str, Spread]]:
    """Network to figure to its spread in training, by `name version`."""
    found: dict[str, dict[str, list[float]]] = json.loads(path.read_text(encoding="utf-8"))
    return {key: {name: Spread(*pair) for name, pair in of.items()} for key, of in found.items()}


def _rhythm(rows: NDArray[np.float64]) -> Features:
    middle = np.median(rows, axis=1)
    steps = np.sqrt(np.mean(np.diff(rows, axis=1) ** 2, axis=1))
    return {"interval_ms": middle, "irregularity": steps / middle}


def _glucose(rows: NDArray[np.float64]) -> Features:
    level = rows[:, :, 0]
    return {
        "level": level[:, -1],
        "change_1h": level[:, -1] - level[:, -1 - HOUR],
        "missing": np.isnan(level).mean(axis=1),
    }


def _unusual(rows: NDArray[np.float64]) -> Features:
    return {name: _mean(rows[:, :, CHANNELS.index(name)]) for name in SPREADS}


def _diabetes(rows: NDArray[np.float64]) -> Features:
    return {name: rows[:, NAMES.index(name)] for name in KNOWN_OF_A_PERSON}


def _stay(inputs: Inputs) -> Callable[[NDArray[np.float64]], Features]:
    names = [vital.name for vital in VITALS[inputs]]
    wanted = [(vital.name, names.index(vital.name)) for vital in WEARABLE]
    return lambda rows: {name: _mean(rows[:, :, place]) for name, place in wanted}


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over what was measured of each row; NaN where nothing was."""
    known = ~np.isnan(values)
    number = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


_FINDERS: Final[Mapping[str, Callable[[NDArray[np.float64]], Features]]] = {
    "rhythm": _rhythm,
    "glucose": _glucose,
    "unusual": _unusual,
    "diabetes": _diabetes,
    "deterioration_wearable": _stay("wearable"),
    "deterioration_clinical": _stay("clinical"),
}
