"""Fetches data sets from their publishers into the layouts that the loaders read."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from streams.errors import UserError
from streams.gateways.download_cgm import download_cgm
from streams.gateways.download_fitbit import download_fitbit
from streams.gateways.fetching import File, fetch

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

_WELLTORY_SHA256 = {
    "hrv_measurements": "5c46f89225ce80518e4e48e3c28e64db7ed6dec558e8bd25d855a623e5a6bc9b",
    "blood_pressure": "4bd9c285241d849911646b489822c371f6dab4f72bc8aec80e42ae782c86ffb5",
    "participants": "9c1ff668c794b2189ed0e6d043abefd8c30f774132dfa8cb3500b58a50d3c426",
    "scales_description": "15029d8ef463f158e28017b02f9388f46770030d8f8fbc899e09a5232f800065",
    "sleep": "eeac2f18c67f3d254feddb240b05aae391f664c66769b5a6ee4d7edab0a286e0",
    "surveys": "edb315eeb196f74c44dc776c30f0a985509530b8baffb9f725e07a689b6f2b5d",
    "wearables": "06db5c7c2d1b2a9ee8f99ff560fd7a0f3002e3abc35916963547aff8f27b1db9",
}
_FILES: dict[str, tuple[File, ...]] = {
    "welltory_hrv_covid19": tuple(
        File(f"{WELLTORY}/{name}.csv", f"{name}.csv", digest) for name, digest in _WELLTORY_SHA256.items()
    ),
    "nhanes_2009_12": (File(f"{NHANES}/NHANES.csv", "NHANES.csv"),),
    "pima_diabetes": (File(f"{PIMA}/pima-indians-diabetes.data.csv", "pima-indians-diabetes.csv"),),
}


def download(dataset: str, out: Path) -> None:
    """Fetch a data set into the folder `out`. Raises UserError for what cannot be had, in one line.

    Files that are there already are kept, so a call after a cut goes on.
    """
    makers = _makers()
    if not dataset.endswith("_rr") and dataset not in {*makers, *_FILES}:
        there = f"there are {', '.join(known())} and any PhysioNet database as NAME_rr"
        raise UserError(f"{dataset} cannot be downloaded: {there}")
    out.mkdir(parents=True, exist_ok=True)
    if dataset.endswith("_rr"):
        _download_rr(dataset.removesuffix("_rr"), out)
    elif dataset in makers:
        makers[dataset](out)
    else:
        for file in _FILES[dataset]:
            fetch(file, out / file.name)


def _makers() -> dict[str, Callable[[Path], None]]:
    """Data sets whose files are brought into another layout."""
    return {
        "physionet2012_icu_vitals": _download_icu,
        "shanghai_cgm": download_cgm,
        "fitbit_minutes": download_fitbit,
    }


def known() -> list[str]:
    """Data sets that `download` fetches, besides the `*_rr` ones."""
    return sorted([*_FILES, *_makers()])


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
        if not (out / f"vitals_{letter}.csv.gz").exists():
            fetch(File(f"{PHYSIONET_2012}/{archive.name}", archive.name), archive)
            try:
                with zipfile.ZipFile(archive) as stays:
                    convert_icu(stays, letter, out)
            except zipfile.BadZipFile as error:
                archive.unlink()  # the next call fetches it anew
                raise UserError(f"{PHYSIONET_2012}/{archive.name}: {error}") from error
            archive.unlink()
        outcomes = f"outcomes_{letter}.csv"
        fetch(File(f"{PHYSIONET_2012}/Outcomes-{letter}.txt", outcomes), out / outcomes)


def convert_icu(stays: zipfile.ZipFile, letter: str, out: Path) -> None:
    """Write `vitals_X.csv.gz` and `static_X.csv` from the publisher's archive of one text file a stay."""
    names = sorted(name for name in stays.namelist() if name.endswith(".txt"))
    statics: list[list[str]] = []
    part = out / f"vitals_{letter}.part"
    with gzip.open(part, "wt", newline="") as text:
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
    part.replace(out / f"vitals_{letter}.csv.gz")


def _stay(text: str) -> Iterator[tuple[int, str, str]]:
    for row in csv.DictReader(io.StringIO(text)):
        hours, _, minutes = row["Time"].partition(":")
        yield int(hours) * 60 + int(minutes), row["Parameter"], row["Value"]


def _write(path: Path, header: list[str], rows: Iterable[list[str]]) -> None:
    with path.open("w", newline="") as text:
        table = csv.writer(text)
        table.writerow(header)
        table.writerows(rows)
