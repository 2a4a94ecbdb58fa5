"""Rows of people for the diabetes network, from whichever of the two tables lies in a folder."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.datasets.people import Person, load_nhanes, load_pima
from models.datasets.tables import DatasetError
from models.deep.diabetes import NAMES
from models.training.groups import Names, bands

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
