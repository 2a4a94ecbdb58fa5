"""Tables with one row per person: NHANES 2009-2012 and the Pima Indians Diabetes data."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from models.datasets.tables import DatasetError, find, number, rows

_SEX: dict[str, Literal["female", "male"]] = {"female": "female", "male": "male"}
_NHANES = {"SurveyYr", "ID", "Gender", "Age", "Weight", "Height", "BMI", "Pulse", "Diabetes"} | {
    "BPSysAve",
    "BPDiaAve",
}
_PIMA = 9
"""Columns: pregnancies, glucose, diastolic pressure, skin, insulin, BMI, pedigree, age, class."""


@dataclass(frozen=True, slots=True)
class Person:
    """What one row says of a person; None = not measured."""

    name: str
    year: int
    """Year of the survey, from which `age` counts back."""
    age: float | None
    sex: Literal["female", "male"] | None
    height_cm: float | None
    weight_kg: float | None
    pulse: float | None
    systolic: float | None
    diastolic: float | None
    glucose: float | None
    """Plasma glucose mg/dL two hours into a glucose tolerance test."""
    bmi: float | None
    diabetes: bool | None
    """The label."""
    insulin: float | None = None
    """Serum insulin µU/mL, two hours into the test."""
    skin_mm: float | None = None
    """Triceps skin fold."""
    pregnancies: float | None = None
    pedigree: float | None = None
    """Score of diabetes in the family (Smith 1988)."""
    ethnicity: str | None = None
    """As the survey calls it; for figures by group, never an input."""


def load_nhanes(folder: Path) -> Iterator[Person]:
    """Read `NHANES.csv`. The extract resamples, so people occur more than once: split by `name`."""
    path = find(folder, "NHANES.csv", "NHANES.csv.gz")[0]
    with rows(path, _NHANES) as table:
        for row in table:
            yield Person(
                name=row["ID"],
                year=_survey_year(row["SurveyYr"], path),
                age=number(row["Age"]),
                sex=_SEX.get(row["Gender"]),
                height_cm=_present(row["Height"]),
                weight_kg=_present(row["Weight"]),
                pulse=_present(row["Pulse"]),
                systolic=_present(row["BPSysAve"]),
                # A diastolic pressure of 0 is an artefact of the last Korotkoff sound.
                diastolic=_present(row["BPDiaAve"]),
                glucose=None,
                bmi=_present(row["BMI"]),
                ethnicity=row.get("Race1") or None,
                diabetes={"0": False, "1": True, "No": False, "Yes": True}.get(row["Diabetes"]),
            )


def load_pima(folder: Path) -> Iterator[Person]:
    """Read `pima-indians-diabetes.csv`: women from 21 on; 0 stands for missing. A head is passed over."""
    path = find(folder, "pima-indians-diabetes.csv")[0]
    try:
        with path.open(newline="") as text:
            for i, row in enumerate(csv.reader(text)):
                if len(row) != _PIMA:
                    raise DatasetError(f"{path}: row {i + 1} has {len(row)} columns instead of {_PIMA}")
                if i or number(row[7]) is not None:
                    yield _woman(i, row)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"{path}: not readable ({error})") from error


def _woman(i: int, row: list[str]) -> Person:
    return Person(
        name=f"{i:03d}",
        year=1988,  # when the set was published: Smith 1988 (Proc Symp Comput Appl Med Care)
        age=number(row[7]),
        sex="female",
        height_cm=None,
        weight_kg=None,
        pulse=None,
        systolic=None,
        diastolic=_present(row[2]),
        glucose=_present(row[1]),
        bmi=_present(row[5]),
        diabetes=row[8].strip() == "1",
        insulin=_present(row[4]),
        skin_mm=_present(row[3]),
        pregnancies=number(row[0]),
        pedigree=_present(row[6]),
    )


def _present(text: str) -> float | None:
    value = number(text)
    return value if value else None


def _survey_year(text: str, path: Path) -> int:
    try:
        return int(text[:4])
    except ValueError as error:
        raise DatasetError(f"{path}: SurveyYr {text!r} is no year") from error
