"""The Shanghai glucose data from figshare (Zhao 2023, CC BY 4.0) into the layout of `models.datasets.cgm`.

The archive holds another with one workbook for each wearing, PATIENT_VISIT_DATE.xlsx or .xls, in the folders
Shanghai_T1DM and Shanghai_T2DM: a row each 15 minutes with Date, CGM (mg / dl), Dietary intake and more.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import Any

from models.datasets.tables import DatasetError
from models.datasets.xlsx import Cell, date_text, read_sheet
from streams.errors import UserError
from streams.gateways.fetching import File, fetch

ARCHIVE = File("https://figshare.com/ndownloader/articles/20444397/versions/3", "20444397.zip")
"""All files of version 3 of doi:10.6084/m9.figshare.20444397."""
TABLE = "shanghai_cgm.csv.gz"
_WEARING = re.compile(r"\d+_\d+_\d{8}")


def download_cgm(out: Path, archive: File = ARCHIVE) -> None:
    """Fetch the archive and write `shanghai_cgm.csv.gz`. Raises UserError."""
    to = out / archive.name
    if (out / TABLE).exists():
        return
    fetch(archive, to)
    try:
        convert_cgm(to, out)
    except DatasetError as error:
        to.unlink()  # the next call fetches it anew
        raise UserError(f"{archive.url}: {error}") from error
    to.unlink()


def convert_cgm(archive: Path, out: Path) -> None:
    """Write `shanghai_cgm.csv.gz` from the archive. Raises DatasetError and writes nothing then."""
    part = out / f"{TABLE}.part"
    try:
        with zipfile.ZipFile(archive) as files, gzip.open(part, "wt", newline="") as text:
            table = csv.writer(text)
            table.writerow(["series", "type", "time", "glucose_mg_dl", "meal"])
            found = 0
            for path, data in sorted(_workbooks(files), key=lambda item: item[0].stem):
                table.writerows(_series(path, data))
                found += 1
        if not found:
            raise DatasetError("holds no workbook of the Shanghai data")
        part.replace(out / TABLE)
    except zipfile.BadZipFile as error:
        raise DatasetError(str(error)) from error
    finally:
        part.unlink(missing_ok=True)


def _workbooks(archive: zipfile.ZipFile) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Name and bytes of each wearing, also in archives inside the archive."""
    for name in archive.namelist():
        path = PurePosixPath(name)
        if path.suffix == ".zip":
            with zipfile.ZipFile(io.BytesIO(archive.read(name))) as inner:
                yield from _workbooks(inner)
        elif path.suffix in (".xlsx", ".xls") and _WEARING.fullmatch(path.stem):
            yield path, archive.read(name)


def _series(path: PurePosixPath, data: bytes) -> Iterator[list[str]]:
    try:
        head, *rows = _rows(data)
        names = [str(cell or "") for cell in head]
        glucose = next(i for i, name in enumerate(names) if name.startswith("CGM"))
        date, meal = names.index("Date"), names.index("Dietary intake")
    except (DatasetError, ValueError, StopIteration) as error:
        raise DatasetError(f"{path.name}: {error or 'no CGM column'}") from error
    kind = "T1DM" if "T1DM" in str(path.parent) else "T2DM"
    for row in rows:
        cells = [*row, *[None] * len(names)]
        time = date_text(cells[date])
        if time:
            eaten = str(cells[meal] or "").strip() != ""
            yield [path.stem, kind, time, _number(cells[glucose]), str(int(eaten))]


def _number(cell: Cell) -> str:
    return str(cell) if isinstance(cell, float) else ""


def _rows(data: bytes) -> list[list[Cell]]:
    if data.startswith(b"PK"):
        return read_sheet(io.BytesIO(data))
    try:
        xlrd: Any = import_module("xlrd")
    except ImportError as error:
        raise UserError("some of these workbooks are in Excel's old format: pip install xlrd") from error
    try:
        sheet = xlrd.open_workbook(file_contents=data).sheet_by_index(0)
    except xlrd.XLRDError as error:
        raise DatasetError(str(error)) from error
    return [[value if value != "" else None for value in sheet.row_values(i)] for i in range(sheet.nrows)]
