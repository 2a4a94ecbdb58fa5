"""Reads a sheet of an Excel workbook (.xlsx, ECMA-376) as rows of plain values."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import IO
from xml.etree import ElementTree

from models.datasets.tables import DatasetError

Cell = str | float | None
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DATE = re.compile(r"\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?")
_START = datetime(1899, 12, 30)  # noqa: DTZ001  Excel's clock has no zone
"""Day 0 of Excel's calendar, as it counts from March 1900 on."""


def read_sheet(workbook: IO[bytes], named: str | None = None) -> list[list[Cell]]:
    """Rows of the first sheet, or of the one whose name begins with `named`; empty cells are None.

    Raises DatasetError when it is no workbook or has no such sheet.
    """
    try:
        with zipfile.ZipFile(workbook) as archive:
            texts = _texts(archive)
            with archive.open(_path(archive, named)) as sheet:
                return list(_rows(sheet, texts))
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, ValueError, IndexError) as error:
        raise DatasetError(f"not a readable Excel workbook ({error})") from error


def date_text(cell: Cell) -> str:
    """A cell's date and time as ISO text: from Excel's day number, or a text such as 2021/7/30 16:43."""
    if isinstance(cell, float):
        seconds = round(cell * 86_400)
        return (_START + timedelta(seconds=seconds)).isoformat(sep=" ")
    found = _DATE.match(cell or "")
    if found is None:
        return ""
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    return f"{year}-{month:02d}-{day:02d} {hour:02d}:{minute:02d}:{second:02d}"


def _texts(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    root = ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
    return [_text(item) for item in root.iter(f"{_MAIN}si")]


def _text(item: ElementTree.Element) -> str:
    # Phonetic hints (rPh) beside Chinese text are no part of it.
    runs = [item, *item.findall(f"{_MAIN}r")]
    return "".join(found.text or "" for run in runs for found in run.findall(f"{_MAIN}t"))


def _path(archive: zipfile.ZipFile, named: str | None) -> str:
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for sheet in book.iter(f"{_MAIN}sheet"):
        if named is None or sheet.get("name", "").startswith(named):
            target = targets[sheet.get(_LINK)]
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise KeyError(f"no sheet {named}")


def _rows(sheet: IO[bytes], texts: list[str]) -> Iterator[list[Cell]]:
    for _, row in ElementTree.iterparse(sheet):
        if row.tag != f"{_MAIN}row":
            continue
        cells: list[Cell] = []
        for i, cell in enumerate(row.findall(f"{_MAIN}c")):
            at = _column(cell.get("r", ""), len(cells) if i else 0)
            cells += [None] * (at - len(cells) + 1)
            cells[at] = _value(cell, texts)
        yield cells
        row.clear()


def _column(reference: str, otherwise: int) -> int:
    letters = re.match(r"[A-Z]+", reference)
    if letters is None:
        return otherwise
    number = 0
    for letter in letters[0]:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _value(cell: ElementTree.Element, texts: list[str]) -> Cell:
    if cell.get("t") == "inlineStr":
        inline = cell.find(f"{_MAIN}is")
        return None if inline is None else _text(inline)
    found = cell.findtext(f"{_MAIN}v")
    if found is None or cell.get("t") == "e":
        return None
    if cell.get("t") == "s":
        return texts[int(found)]
    return found if cell.get("t") in ("str", "d", "b") else float(found)
