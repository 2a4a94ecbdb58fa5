"""Continuous glucose of people with diabetes (Zhao 2023, Scientific Data 10:35; ShanghaiT1DM, ShanghaiT2DM).

Layout: `shanghai_cgm.csv.gz` with series, type, time, glucose_mg_dl, meal; about every 15 minutes. Without
that file every table of the folder with these columns is read, e.g. one for each person; type and meal may
be missing. Any other name of a series than `patient_visit_date` is a person of its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.datasets.tables import DatasetError, number, rows, time_ms

_WHOLE = ("shanghai_cgm.csv.gz", "shanghai_cgm.csv")
_COLUMNS = {"series", "time", "glucose_mg_dl"}
UTC_OFFSET = 480
"""China's clock: the times are Shanghai's."""


_VISIT = re.compile(r"(\d+)_\d+_\d{8}", re.ASCII)
"""patient_visit_date, as the publisher names series."""
_EATEN, _NOT_EATEN = {"true", "yes"}, {"", "false", "no"}


@dataclass(frozen=True, slots=True)
class Series:
    """One wearing of a sensor, a row per reading."""

    name: str
    """patient_visit_date, or what else tells the wearing."""
    kind: str
    """T1DM or T2DM; empty where the table does not tell."""
    times_ms: NDArray[np.int64]
    """[n] ms since 1970 UTC, ascending."""
    glucose: NDArray[np.float64]
    """[n] mg/dL, NaN where the sensor gave none."""
    meal: NDArray[np.float64]
    """[n] 1 where something was eaten, 0 where not, NaN where nobody says."""

    @property
    def patient(self) -> str:
        """The person, of whom there may be several series where they are named patient_visit_date."""
        visit = _VISIT.fullmatch(self.name)
        return visit[1] if visit else self.name


def series_names(folder: Path) -> list[str]:
    """Names of all series, sorted."""
    names: set[str] = set()
    for path in _files(folder):
        with rows(path, _COLUMNS) as table:
            names.update(row["series"] for row in table)
    return sorted(names)


def load_series(folder: Path, names: Collection[str] | None = None) -> Iterator[Series]:
    """Read the series one after the other, in the order of the files: all, or those named."""
    for path in _files(folder):
        with rows(path, _COLUMNS) as table:
            for name, group in groupby(table, key=lambda row: row["series"]):
                if names is None or name in names:
                    yield _series(name, list(group))


def _files(folder: Path) -> list[Path]:
    whole = [path for name in _WHOLE if (path := folder / name).exists()]
    found = whole[:1] or [path for path in sorted(folder.glob("*.csv*")) if _fits(path)]
    if not found:
        columns = ", ".join(sorted(_COLUMNS))
        raise DatasetError(f"{folder}: no {_WHOLE[0]} here, nor another table with the columns {columns}")
    return found


def _fits(path: Path) -> bool:
    try:
        with rows(path, _COLUMNS):
            return True
    except DatasetError:
        return False


def _series(name: str, table: list[dict[str, str]]) -> Series:
    timed = [
        (at, number(row["glucose_mg_dl"]), _meal(row.get("meal")))
        for row in table
        if (at := time_ms(row["time"], UTC_OFFSET)) is not None
    ]
    timed.sort(key=lambda row: row[0])
    return Series(
        name=name,
        kind=table[0].get("type") or "",
        times_ms=np.array([t for t, _, _ in timed], dtype=np.int64),
        glucose=np.array([np.nan if g is None else g for _, g, _ in timed]),
        meal=np.array([m for _, _, m in timed], dtype=np.float64),
    )


def _meal(text: str | None) -> float:
    """1, 1.0 and True were meals; an empty cell of a table that tells of meals is none."""
    if text is None:
        return float("nan")
    said, amount = text.strip().lower(), number(text)
    if amount is not None:
        return float(amount > 0)
    return 1.0 if said in _EATEN else 0.0 if said in _NOT_EATEN else float("nan")
