"""Welltory's open data of 2020: heart rate variability measured by phone, and blood pressure (CC0).

Layout: `hrv_measurements.csv.gz` (user_code, measurement_datetime, rr_data: about 100 intervals in ms, …) and
`blood_pressure.csv.gz` (user_code, measurement_datetime, systolic, diastolic, …). Times are taken as UTC: the
place of a user is published, the time zone is not. The daily sums of wearables.csv.gz and sleep.csv.gz are no
measurements of a moment and have no reader here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.datasets.tables import find, number, rows, time_ms


@dataclass(frozen=True, slots=True)
class HrvMeasurement:
    """About 100 heart beats measured at once."""

    user: str
    time_ms: int
    intervals: NDArray[np.float64]
    """[n] ms, as published: some are artefacts."""


@dataclass(frozen=True, slots=True)
class PressureReading:
    """One reading of a cuff, mmHg."""

    user: str
    time_ms: int
    systolic: float
    diastolic: float


def user_codes(folder: Path) -> list[str]:
    """Users with at least one measurement of either kind, sorted."""
    users: set[str] = set()
    for name in ("hrv_measurements", "blood_pressure"):
        with rows(_file(folder, name), {"user_code"}) as table:
            users.update(row["user_code"] for row in table)
    return sorted(users)


def load_hrv(folder: Path) -> Iterator[HrvMeasurement]:
    """Read the measurements that have intervals and a time, in the order of the file."""
    with rows(_file(folder, "hrv_measurements"), {"user_code", "measurement_datetime", "rr_data"}) as table:
        for row in table:
            at = time_ms(row["measurement_datetime"])
            values = [v for text in row["rr_data"].split(",") if (v := number(text)) is not None]
            if at is not None and values:
                yield HrvMeasurement(row["user_code"], at, np.array(values))


def load_pressure(folder: Path) -> Iterator[PressureReading]:
    """Read the complete blood pressure readings, in the order of the file."""
    columns = {"user_code", "measurement_datetime", "systolic", "diastolic"}
    with rows(_file(folder, "blood_pressure"), columns) as table:
        for row in table:
            at = time_ms(row["measurement_datetime"])
            systolic, diastolic = number(row["systolic"]), number(row["diastolic"])
            if at is not None and systolic is not None and diastolic is not None:
                yield PressureReading(row["user_code"], at, systolic, diastolic)


def _file(folder: Path, name: str) -> Path:
    return find(folder, f"{name}.csv.gz", f"{name}.csv")[0]
