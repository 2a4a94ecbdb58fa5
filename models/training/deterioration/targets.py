"""What the deterioration networks learn beside death in hospital, so that few deaths teach them more.

Only training sees these: they are no inputs, and what the networks say of them is not exported.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.datasets.icu import load_outcomes
from models.deep.deterioration import CLINICAL
from models.training.deterioration.data import Stays, load

DAYS = (60.0, 365.0)
"""Death within so many days, in hospital or after."""
_SCORES = ("saps_1", "sofa", "length_of_stay")
_WORST: dict[str, Callable[..., NDArray[np.float64]]] = {
    "gcs": np.nanmin,
    "fio2": np.nanmax,
    "vent": np.nanmax,
    "lactate": np.nanmax,
    "urine": np.nanmean,
    "creatinine": np.nanmax,
    "pao2": np.nanmin,
    "wbc": np.nanmax,
}
"""The worst of the stay by vitals of the clinical version."""
DEATHS = 1 + len(DAYS)
TARGETS = DEATHS + len(_SCORES) + len(_WORST)


def targets(data: Path, stays: Stays) -> NDArray[np.float32]:
    """[n, targets]: deaths as 0 or 1, then scores and worst values over their spread, NaN where unknown."""
    found = load_outcomes(data)
    days = np.array([found[int(record)]["survival"] for record in stays.records])
    deaths = [stays.died, *(stays.died | (days <= limit) for limit in DAYS)]
    scores = [np.array([found[int(record)][name] for record in stays.records]) for name in _SCORES]
    scores[-1] = np.log1p(scores[-1])
    rows = load("clinical", data).of([str(record) for record in stays.records]).rows
    values = np.column_stack([*scores, *_worst(rows)])
    known = ~np.isnan(values)
    some = np.maximum(known.sum(axis=0), 1)
    off = np.where(known, values - np.where(known, values, 0).sum(axis=0) / some, 0.0)
    spread = np.sqrt((off**2).sum(axis=0) / some) + 1e-6
    return np.column_stack([*deaths, np.where(known, off / spread, np.nan)]).astype(np.float32)


def _worst(rows: NDArray[np.float32]) -> list[NDArray[np.float64]]:
    out = []
    for name, worst in _WORST.items():
        at = next(i for i, vital in enumerate(CLINICAL) if vital.name == name)
        column = rows[:, :, at].astype(np.float64)
        column = np.log(column) if CLINICAL[at].log else column
        some = ~np.isnan(column).all(axis=1)
        out.append(np.full(len(rows), np.nan))
        out[-1][some] = worst(column[some], axis=1)
    return out
