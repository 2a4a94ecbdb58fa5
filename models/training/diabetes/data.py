"""Rows of people for the diabetes network, from whichever of the two tables lies in a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.datasets.people import Person, load_nhanes, load_pima
from models.datasets.tables import DatasetError
from models.deep.diabetes import NAMES, diabetes_inputs
from models.training.groups import Names, bands
from models.training.splits import load_split

SETS = ("pima_diabetes", "nhanes_2009_12")
_BANDS = {"below 40": (0.0, 40.0), "40 to 59": (40.0, 60.0), "60 and over": (60.0, 200.0)}


@dataclass(frozen=True, slots=True)
class Table:
    """One data set: a row a person."""

    dataset: str
    people: tuple[Person, ...]
    rows: NDArray[np.float32]
    """[n, 11] as `diabetes_inputs` takes them."""
    labels: NDArray[np.bool_]

    @property
    def keys(self) -> list[str]:
        """What each person is called in the committed split."""
        return [person_key(self.dataset, person) for person in self.people]

    def of(self, chosen: NDArray[np.bool_]) -> Table:
        """Those people, by a mask [n]."""
        people = tuple(person for person, own in zip(self.people, chosen, strict=True) if own)
        return Table(self.dataset, people, self.rows[chosen], self.labels[chosen])

    @property
    def groups(self) -> dict[str, Names]:
        """Sex, age band and ethnicity (where the table tells) of each person, "" where unknown."""
        ages = np.array([np.nan if person.age is None else person.age for person in self.people])
        return {
            "sex": np.array([person.sex or "" for person in self.people]),
            "age": bands(ages, _BANDS),
            "ethnicity": np.array([person.ethnicity or "" for person in self.people]),
        }


def person_key(dataset: str, person: Person) -> str:
    """The survey's ID; Pima has none, so there a digest of what is known of the woman."""
    if dataset == "nhanes_2009_12":
        return person.name
    known = (person.pregnancies, person.glucose, person.diastolic, person.skin_mm, person.insulin)
    text = repr((*known, person.bmi, person.pedigree, person.age, person.diabetes))
    return hashlib.blake2s(text.encode(), digest_size=5).hexdigest()


def row(person: Person) -> list[float]:
    """What `diabetes_inputs` takes of a person: NaN where unknown."""
    bmi = person.bmi
    if bmi is None and person.height_cm and person.weight_kg:
        bmi = person.weight_kg / (person.height_cm / 100) ** 2
    values = {
        "age": person.age,
        "male": None if person.sex is None else float(person.sex == "male"),
        "bmi": bmi,
        "pulse": person.pulse,
        "systolic": person.systolic,
        "diastolic": person.diastolic,
        "glucose": person.glucose,
        "insulin": person.insulin,
        "skin": person.skin_mm,
        "pregnancies": person.pregnancies,
        "pedigree": person.pedigree,
    }
    return [np.nan if values[name] is None else float(values[name] or 0.0) for name in NAMES]


def load_table(folder: Path) -> Table:
    """Read the table in a folder: people with a label, each once. Raises DatasetError."""
    if (folder / "pima-indians-diabetes.csv").exists():
        dataset, people = "pima_diabetes", list(load_pima(folder))
    elif list(folder.glob("NHANES.csv*")):
        # The extract draws people again: the repeats are the same row.
        dataset, people = "nhanes_2009_12", list({p.name: p for p in load_nhanes(folder)}.values())
    else:
        raise DatasetError(f"{folder}: no NHANES.csv or pima-indians-diabetes.csv here")
    known = tuple(person for person in people if person.diabetes is not None)
    if not known:
        raise DatasetError(f"{folder}: nobody here is labelled")
    rows = np.array([row(person) for person in known], dtype=np.float32)
    return Table(dataset, known, rows, np.array([bool(person.diabetes) for person in known]))


@dataclass(frozen=True, slots=True)
class Everyone:
    """Both tables one below the other."""

    inputs: NDArray[np.float32]
    labels: NDArray[np.bool_]
    fold: NDArray[np.int64]
    """[n] where each person stands in the committed split; -1 for people beyond it."""
    tables: tuple[Table, ...]

    @property
    def folds(self) -> int:
        """How many folds there are."""
        return int(self.fold.max()) + 1

    def part(self, table: Table) -> slice:
        """Where a table's people stand."""
        start = sum(len(t.labels) for t in self.tables[: self.tables.index(table)])
        return slice(start, start + len(table.labels))


def gather(data: Sequence[Path]) -> Everyone:
    """Both tables from their folders, in whichever order they are given."""
    found = {table.dataset: table for table in map(load_table, data)}
    if set(found) != set(SETS):
        raise DatasetError(f"diabetes trains on both {' and '.join(SETS)}: give --data twice")
    tables = tuple(found[name] for name in SETS)
    folds = [_folds(table) for table in tables]
    inputs = np.concatenate([diabetes_inputs(table.rows)[0] for table in tables])
    labels = np.concatenate([table.labels for table in tables])
    return Everyone(inputs, labels, np.concatenate(folds), tables)


def _folds(table: Table) -> list[int]:
    split = load_split(table.dataset)
    where = {name: number for number, fold in enumerate(split.folds) for name in fold}
    missing = set(where) - set(table.keys)
    if missing:
        raise DatasetError(f"{table.dataset}: lacks {len(missing)} people of the committed split")
    return [where.get(key, -1) for key in table.keys]
