"""Fetches data sets from their publishers into the layouts that the loaders read."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import shutil
import tempfile
import urllib.request
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from streams.errors import UserError

TIMEOUT_S = 60
PHYSIONET_2012 = "https://physionet.org/files/challenge-2012/1.0.0"
WELLTORY = (
    "https://raw.githubusercontent.com/Welltory/hrv-covid19/7598150d18292a1b6e74e35bfaddd8d5fabc4b8b/data"
)
NHANES = "https://raw.githubusercontent.com/kim3-sudo/nhanes-analysis/180f9e4a36a808a1844084aa6bfb3ef9690a453e/data"
PIMA = "https://raw.githubusercontent.com/jbrownlee/Datasets/d20fcb6402ae34e653d4513b00f39257bb37ed7f"

VITAL_PARAMS = {"HR", "RespRate", "SysABP", "DiasABP", "MAP", "NISysABP", "NIDiasABP", "NIMAP", "Temp"}
OTHER_PARAMS = {"SaO2", "FiO2", "GCS", "MechVent", "Glucose", "Lactate", "Urine", "WBC", "Creatinine", "PaO2"}
KEPT_PARAMS = frozenset(VITAL_PARAMS | OTHER_PARAMS)
STATIC = ("Age", "Gender", "Height", "ICUType", "Weight")
BY_HAND = {
    "shanghai_cgm": "get the tables of doi:10.6084/m9.figshare.20444397 (Zhao 2023) and write"
    " shanghai_cgm.csv: series, type, time, glucose_mg_dl, meal",
}


@dataclass(frozen=True, slots=True)
class File:
    """One file of a publisher; `sha256` of what is served, where it is known."""

    url: str
    name: str
    sha256: str | None = None


_FILES: dict[str, tuple[File, ...]] = {
    "welltory_hrv_covid19": (
        File(
            f"{WELLTORY}/hrv_measurements.csv",
            "hrv_measurements.csv",
            "5c46f89225ce80518e4e48e3c28e64db7ed6dec558e8bd25d855a623e5a6bc9b",
        ),
        File(
            f"{WELLTORY}/blood_pressure.csv",
            "blood_pressure.csv",
            "4bd9c285241d849911646b489822c371f6dab4f72bc8aec80e42ae782c86ffb5",
        ),
    ),
    "nhanes_2009_12": (File(f"{NHANES}/NHANES.csv", "NHANES.csv"),),
    "pima_diabetes": (File(f"{PIMA}/pima-indians-diabetes.data.csv", "pima-indians-diabetes.csv"),),
}


def download(dataset: str, out: Path) -> None:
    """Fetch a data set into the folder `out`. Raises UserError for what cannot be had, in one line."""
    out.mkdir(parents=True, exist_ok=True)
    if dataset.endswith("_rr"):
        _download_rr(dataset.removesuffix("_rr"), out)
    elif dataset == "physionet2012_icu_vitals":
        _download_icu(out)
    elif dataset in _FILES:
        for file in _FILES[dataset]:
            fetch(file, out / file.name)
    else:
        how = BY_HAND.get(dataset, f"there are {', '.join(known())} and any PhysioNet database as NAME_rr")
        raise UserError(f"{dataset} cannot be downloaded: {how}")


def known() -> list[str]:
    """Data sets that `download` fetches, besides the `*_rr` ones."""
    return sorted([*_FILES, "physionet2012_icu_vitals"])


def fetch(file: File, to: Path) -> None:
    """Fetch a file, check it, and only then put it in its place."""
    with tempfile.TemporaryDirectory(dir=to.parent) as folder:
        part = Path(folder) / "part"
        _receive(file.url, part)
        digest = hashlib.sha256(part.read_bytes()).hexdigest()
        if file.sha256 is not None and digest != file.sha256:
            raise UserError(f"{file.url}: the content changed (sha256 {digest[:12]}, not {file.sha256[:12]})")
        part.replace(to)


def _receive(url: str, to: Path) -> None:
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer, to.open("wb") as part:
            shutil.copyfileobj(answer, part)
    except OSError as error:  # urllib's URLError is one
        raise UserError(f"{url}: {getattr(error, 'reason', error)}") from error


def _download_rr(database: str, out: Path) -> None:
    try:
        from models.datasets.rr_download import download as download_rr

        download_rr(database, out)
    except ImportError as error:
        raise UserError("this needs wfdb: pip install 'vitalstream[evaluate]'") from error
    except OSError as error:
        raise UserError(f"PhysioNet database {database}: {error}") from error


def _download_icu(out: Path) -> None:
    for letter in "abc":
        archive = out / f"set-{letter}.zip"
        fetch(File(f"{PHYSIONET_2012}/{archive.name}", archive.name), archive)
        with zipfile.ZipFile(archive) as stays:
            convert_icu(stays, letter, out)
        archive.unlink()
        fetch(File(f"{PHYSIONET_2012}/Outcomes-{letter}.txt", ""), out / f"outcomes_{letter}.csv")


def convert_icu(stays: zipfile.ZipFile, letter: str, out: Path) -> None:
    """Write `vitals_X.csv.gz` and `static_X.csv` from the publisher's archive of one text file a stay."""
    names = sorted(name for name in stays.namelist() if name.endswith(".txt"))
    statics: list[list[str]] = []
    with gzip.open(out / f"vitals_{letter}.csv.gz", "wt", newline="") as text:
        table = csv.writer(text)
        table.writerow(["record_id", "minute", "param", "value"])
        for name in names:
            record = Path(name).stem
            rows = list(_stay(stays.read(name).decode()))
            first = {param: value for minute, param, value in reversed(rows) if minute == 0}
            statics.append([record, *(first.get(param, "-1") for param in STATIC)])
            kept = ([record, minute, param, value] for minute, param, value in rows if param in KEPT_PARAMS)
            table.writerows(kept)
    _write(out / f"static_{letter}.csv", ["record_id", *STATIC], statics)


def _stay(text: str) -> Iterator[tuple[int, str, str]]:
    for row in csv.DictReader(io.StringIO(text)):
        hours, _, minutes = row["Time"].partition(":")
        yield int(hours) * 60 + int(minutes), row["Parameter"], row["Value"]


def _write(path: Path, header: list[str], rows: Iterable[list[str]]) -> None:
    with path.open("w", newline="") as text:
        table = csv.writer(text)
        table.writerow(header)
        table.writerows(rows)
