"""The PhysioNet/CinC Challenge 2012: vitals of intensive care stays over their first 48 hours.

Layout: `vitals_*.csv.gz` with record_id, minute, param, value; `static_*.csv`, `outcomes_*.csv`, of whichever
sets there are, packed or not. A value of -1 or 0 is missing (Silva 2012, Computing in Cardiology 39:245).
"""

from __future__ import annotations

from array import array
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.datasets.tables import DatasetError, find, number, rows


@dataclass(frozen=True, slots=True)
class Stays:
    """Measurements of all stays as columns, one row per value, sorted by stay, minute and parameter."""

    record: NDArray[np.int64]
    minute: NDArray[np.int32]
    """Minutes from admission."""
    param: NDArray[np.uint8]
    """Index into `params`."""
    value: NDArray[np.float64]
    params: tuple[str, ...]


def record_ids(folder: Path) -> list[str]:
    """Names of all stays, sorted."""
    names: set[str] = set()
    for path in find(folder, "vitals_*.csv.gz", "vitals_*.csv"):
        with rows(path, {"record_id"}) as table:
            names.update(row["record_id"] for row in table)
    return sorted(names)


def load_stays(folder: Path, params: Collection[str], records: Collection[str] | None = None) -> Stays:
    """Read these parameters of all stays, or of those in `records`; missing values (0, -1) are left out."""
    names = tuple(sorted(params))
    code = {name: i for i, name in enumerate(names)}
    # Millions of rows: four typed columns instead of a list of tuples.
    columns: tuple[array[int], array[int], array[int], array[float]] = (
        array("q"),
        array("q"),
        array("q"),
        array("d"),
    )
    for path in find(folder, "vitals_*.csv.gz", "vitals_*.csv"):
        with rows(path, {"record_id", "minute", "param", "value"}) as table:
            for row in table:
                value = number(row["value"]) if row["param"] in code else None
                if value is None or value <= 0 or not (records is None or row["record_id"] in records):
                    continue
                columns[0].append(_whole(row, "record_id", path))
                columns[1].append(_whole(row, "minute", path))
                columns[2].append(code[row["param"]])
                columns[3].append(value)
    record, minute, param = (np.array(c, dtype=np.int64) for c in columns[:3])
    order = np.lexsort((param, minute, record))
    return Stays(
        record=record[order],
        minute=minute[order].astype(np.int32),
        param=param[order].astype(np.uint8),
        value=np.array(columns[3], dtype=np.float64)[order],
        params=names,
    )


def _whole(row: dict[str, str], column: str, path: Path) -> int:
    try:
        return int(row[column])
    except ValueError as error:
        raise DatasetError(f"{path}: {column} {row[column]!r} is not a whole number") from error


def load_deaths(folder: Path) -> dict[int, bool]:
    """Whether each stay ended in death in the hospital, by record id."""
    deaths: dict[int, bool] = {}
    for path in find(folder, "outcomes_*.csv", "outcomes_*.csv.gz"):
        with rows(path, {"RecordID", "In-hospital_death"}) as table:
            deaths.update({_whole(row, "RecordID", path): row["In-hospital_death"] == "1" for row in table})
    return deaths


def load_outcomes(folder: Path) -> dict[int, dict[str, float]]:
    """What else is known of how each stay went, by record id: NaN where unknown.

    `saps_1` and `sofa` (severity scores of the first day), `length_of_stay` in the hospital and
    `survival` from admission to death, whenever that was, both in days.
    """
    columns = {"saps_1": "SAPS-I", "sofa": "SOFA", "length_of_stay": "Length_of_stay", "survival": "Survival"}
    outcomes: dict[int, dict[str, float]] = {}
    for path in find(folder, "outcomes_*.csv", "outcomes_*.csv.gz"):
        with rows(path, {"RecordID", *columns.values()}) as table:
            for row in table:
                found = {name: _at_least(row, column, 0) for name, column in columns.items()}
                outcomes[_whole(row, "RecordID", path)] = found
    return outcomes


def load_people(folder: Path) -> dict[int, dict[str, float]]:
    """What is known of each stay's person, by record id: NaN where unknown.

    `age`, `male`, `height_cm`, `weight_kg`, and `icu_1` to `icu_4`, 1 for the kind of unit (coronary,
    cardiac surgery, medical, surgical).
    """
    people: dict[int, dict[str, float]] = {}
    for path in find(folder, "static_*.csv", "static_*.csv.gz"):
        with rows(path, {"record_id", "Age", "Gender", "Height", "ICUType", "Weight"}) as table:
            for row in table:
                people[_whole(row, "record_id", path)] = _person(row)
    return people


def _at_least(row: dict[str, str], column: str, least: float) -> float:
    value = number(row[column])
    return float("nan") if value is None or value < least else value


def _person(row: dict[str, str]) -> dict[str, float]:
    unit = number(row["ICUType"])
    return {
        "age": _at_least(row, "Age", 1),
        "male": _at_least(row, "Gender", 0),
        # Heights and weights below these are slips of the pen.
        "height_cm": _at_least(row, "Height", 50),
        "weight_kg": _at_least(row, "Weight", 10),
        **{f"icu_{kind}": float(unit == kind) for kind in (1, 2, 3, 4)},
    }
