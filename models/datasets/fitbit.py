"""Wrist-worn trackers by the minute: `ID.csv.gz` with minute, hr, n_samples, steps; gaps are left out.

`minute` is a date and time, or whole minutes: since 1970 when there are enough of them, else since an
unknown start.
`labels_aligned.csv` has id, symptom_date, diagnosis_date, … for those whose date is known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.datasets.tables import find, number, rows, time_ms

EPOCH_MINUTES = 15_000_000
"""From this many minutes on (July 1998) a whole number of minutes counts from 1970."""
EPOCH_SECONDS = 500_000_000
"""From this number on it is seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Minutes:
    """One wearer, a row per minute that has data."""

    name: str
    times_ms: NDArray[np.int64]
    """[n] ascending; since 1970 UTC when `dated`, else since an unknown start."""
    dated: bool
    hr: NDArray[np.float64]
    """[n] mean heart rate, NaN where there is none."""
    steps: NDArray[np.float64]
    """[n] steps in the minute, NaN where there are none."""


def wearer_ids(folder: Path) -> list[str]:
    """Names of all wearers, sorted."""
    return sorted(_name(path) for path in _files(folder))


def load_minutes(folder: Path, names: Collection[str] | None = None) -> Iterator[Minutes]:
    """Read wearers one after the other: all, or those named."""
    for path in _files(folder):
        if names is None or _name(path) in names:
            yield _minutes(path)


def load_labels(folder: Path) -> dict[str, dict[str, str]]:
    """Read the dates of illness by wearer; cells as published."""
    with rows(find(folder, "labels_aligned.csv")[0], {"id"}) as table:
        return {row["id"]: dict(row) for row in table}


def _files(folder: Path) -> list[Path]:
    tables = find(folder, "*.csv.gz", "*.csv")
    return [path for path in tables if not path.name.startswith(("labels", "index"))]


def _name(path: Path) -> str:
    return path.name.partition(".")[0]


def _minutes(path: Path) -> Minutes:
    with rows(path, {"minute", "hr", "steps"}) as table:
        read = [(_time(row["minute"]), number(row["hr"]), number(row["steps"])) for row in table]
    kept = [(at, hr, steps) for at, hr, steps in read if at is not None]
    kept.sort(key=lambda row: row[0])
    times = np.array([at[0] for at, _, _ in kept], dtype=np.int64)
    return Minutes(
        name=_name(path),
        times_ms=times,
        dated=all(at[1] for at, _, _ in kept),
        hr=np.array([np.nan if hr is None else hr for _, hr, _ in kept]),
        steps=np.array([np.nan if steps is None else steps for _, _, steps in kept]),
    )


def _time(text: str) -> tuple[int, bool] | None:
    value = number(text)
    if value is None:
        at = time_ms(text)
        return None if at is None else (at, True)
    if value >= EPOCH_SECONDS:
        return round(value * 1000), True
    return round(value * 60_000), value >= EPOCH_MINUTES
