"""Fitbit minutes of Mishra 2020 (Nat Biomed Eng 4:1208) into the layout of `models.datasets.fitbit`.

The archive holds ID_hr.csv (user, datetime, heartrate, every few seconds) and ID_steps.csv (a row a minute);
dates of illness stand in the paper's supplementary workbook. The publisher states no licence for the data.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from models.datasets.tables import DatasetError, number
from models.datasets.xlsx import Cell, read_sheet
from streams.errors import UserError
from streams.gateways.fetching import File, fetch

ARCHIVE = File(
    "https://storage.googleapis.com/gbsc-gcp-project-ipop_public/COVID-19/COVID-19-Wearables.zip",
    "COVID-19-Wearables.zip",
)
DATES = File(
    "https://static-content.springer.com/esm/art%3A10.1038%2Fs41551-020-00640-6/MediaObjects/"
    "41551_2020_640_MOESM3_ESM.xlsx",
    "41551_2020_640_MOESM3_ESM.xlsx",
)
_SHEET = "SuppTable3"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LABELS = {
    "symptom_date": "Symptom_dates",
    "diagnosis_date": "covid_diagnosis_dates",
    "recovery_date": "recovery_dates",
}
Minutes = dict[str, tuple[float, int]]
"""Minute to sum and count of values."""


def download_fitbit(out: Path, archive: File = ARCHIVE, dates: File = DATES) -> None:
    """Fetch both and write `ID.csv.gz` for each wearer and `labels_aligned.csv`. Raises UserError."""
    for file in (archive, dates):
        fetch(file, out / file.name)
    try:
        with zipfile.ZipFile(out / archive.name) as files:
            convert_minutes(files, out)
        with (out / dates.name).open("rb") as workbook:
            convert_dates(read_sheet(workbook, _SHEET), out)
    except (zipfile.BadZipFile, DatasetError, KeyError) as error:
        for file in (archive, dates):
            (out / file.name).unlink(missing_ok=True)
        raise UserError(f"{out}: what the publisher serves has changed ({error})") from error
    for file in (archive, dates):
        (out / file.name).unlink()


def convert_minutes(archive: zipfile.ZipFile, out: Path) -> None:
    """Write a table for each wearer: mean heart rate, how many samples, steps; empty minutes left out."""
    paths = {PurePosixPath(name).name: name for name in archive.namelist() if "__MACOSX" not in name}
    wearers = sorted(name.removesuffix("_hr.csv") for name in paths if name.endswith("_hr.csv"))
    for wearer in wearers:
        to = out / f"{wearer}.csv.gz"
        if to.exists():
            continue
        hr = _by_minute(archive, paths[f"{wearer}_hr.csv"], "heartrate")
        walked = paths.get(f"{wearer}_steps.csv")
        steps = _by_minute(archive, walked, "steps") if walked else {}
        part = out / f"{wearer}.part"
        with gzip.open(part, "wt", newline="") as text:
            table = csv.writer(text)
            table.writerow(["minute", "hr", "n_samples", "steps"])
            table.writerows(_rows(hr, steps))
        part.replace(to)


def _by_minute(archive: zipfile.ZipFile, name: str, column: str) -> Minutes:
    found: Minutes = {}
    with archive.open(name) as data:
        for row in csv.DictReader(io.TextIOWrapper(data, "utf-8-sig", newline="")):
            value, minute = number(row[column]), row["datetime"][:16]
            if value is not None:
                total, count = found.get(minute, (0.0, 0))
                found[minute] = (total + value, count + 1)
    return found


def _rows(hr: Minutes, steps: Minutes) -> Iterator[list[str]]:
    for minute in sorted({*hr, *steps}):
        total, count = hr.get(minute, (0.0, 0))
        walked = f"{steps[minute][0]:g}" if minute in steps else ""
        yield [f"{minute}:00", f"{total / count:.2f}" if count else "", str(count), walked]


def convert_dates(sheet: list[list[Cell]], out: Path) -> None:
    """Write `labels_aligned.csv`: symptoms, diagnosis, recovery of those with a diagnosis of COVID-19."""
    at = next((i for i, row in enumerate(sheet) if "ParticipantID" in row), None)
    if at is None:
        raise KeyError("no column ParticipantID")
    head = [str(cell or "") for cell in sheet[at]]
    with (out / "labels_aligned.csv").open("w", newline="") as text:
        table = csv.writer(text)
        table.writerow(["id", *_LABELS])
        for row in sheet[at + 1 :]:
            cells = dict(zip(head, [*row, *[None] * len(head)], strict=False))
            days = {name: sorted(_DAY.findall(str(cells[source]))) for name, source in _LABELS.items()}
            if cells["ParticipantID"] and days["diagnosis_date"]:
                wearer = str(cells["ParticipantID"]).partition("_Illness")[0]
                table.writerow([wearer, *(_first(days[name], days["diagnosis_date"][0]) for name in _LABELS)])


def _first(days: list[str], diagnosis: str) -> str:
    """The earliest day within the month before the diagnosis, else after it, else the earliest of all."""
    year, month = int(diagnosis[:4]), int(diagnosis[5:7])
    before = f"{year - (month == 1)}-{(month - 2) % 12 + 1:02d}{diagnosis[7:]}"
    near = [day for day in days if day >= before]
    return (near or days or [""])[0]
