"""Stays of the CinC 2012 sets as hourly rows with their outcome."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.datasets.icu import load_deaths, load_people, load_stays
from models.datasets.tables import DatasetError
from models.deep.deterioration import PEOPLE, VITALS, Inputs
from models.deep.hourly import hourly_rows
from models.training.groups import Names, bands

_BANDS = {
    "below 45": (0.0, 45.0),
    "45 to 64": (45.0, 65.0),
    "65 to 79": (65.0, 80.0),
    "80 and over": (80.0, 200.0),
}


@dataclass(frozen=True, slots=True)
class Stays:
    """One row a stay."""

    records: NDArray[np.int64]
    rows: NDArray[np.float32]
    """[n, 48, channels]"""
    died: NDArray[np.bool_]

    def of(self, records: Collection[str]) -> Stays:
        """Those stays, in the order they have here."""
        wanted = np.array(sorted(map(int, records)), dtype=np.int64)
        kept = np.isin(self.records, wanted)
        return Stays(self.records[kept], self.rows[kept], self.died[kept])

    def groups(self, inputs: Inputs) -> dict[str, Names]:
        """Sex and age band of each stay, "" where unknown."""
        start, names = len(VITALS[inputs]), PEOPLE[inputs]
        age, male = (self.rows[:, 0, start + names.index(name)] for name in ("age", "male"))
        sex = np.where(male == 1, "male", np.where(male == 0, "female", ""))
        return {"sex": sex, "age": bands(age, _BANDS)}


def load(inputs: Inputs, folder: Path) -> Stays:
    """Every stay of whichever sets lie in a folder whose outcome is known. Raises DatasetError."""
    deaths = load_deaths(folder)
    people = load_people(folder)
    records = np.array(sorted(set(deaths) & set(people)), dtype=np.int64)
    if not records.size:
        raise DatasetError(f"{folder}: no stay has both an outcome and an age")
    params = {name for vital in VITALS[inputs] for name in vital.params}
    found = load_stays(folder, params, set(map(str, records)))
    if not found.value.size:
        raise DatasetError(f"{folder}: no stay has both an outcome and a vital")
    known = {
        name: np.array([people[int(record)][name] for record in records], dtype=np.float64)
        for name in PEOPLE[inputs]
    }
    rows = hourly_rows(
        inputs,
        np.searchsorted(records, found.record),
        found.minute,
        np.array(found.params)[found.param],
        found.value,
        known,
        len(records),
    )
    return Stays(records, rows, np.array([deaths[int(record)] for record in records]))
