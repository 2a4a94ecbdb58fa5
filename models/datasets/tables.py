"""Reading CSV files, plain or gzipped, and telling what is wrong with a folder."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path


class DatasetError(ValueError):
    """A folder or file that is not of the expected layout; the message says which and why."""


@contextmanager
def rows(path: Path, columns: set[str]) -> Iterator[csv.DictReader[str]]:
    """Open a table as rows of text by column name. Raises DatasetError when columns are missing."""
    try:
        with _open(path) as text:
            reader = csv.DictReader(text)
            missing = columns - set(reader.fieldnames or ())
            if missing:
                raise DatasetError(f"{path}: lacks the columns {', '.join(sorted(missing))}")
            yield reader
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"{path}: not readable ({error})") from error


def _open(path: Path) -> io.TextIOBase:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def find(folder: Path, *patterns: str) -> list[Path]:
    """Give the files of a folder that fit the patterns, sorted. Raises DatasetError when there are none."""
    found = sorted({path for pattern in patterns for path in folder.glob(pattern)})
    if not found:
        wanted = " or ".join(patterns)
        raise DatasetError(f"{folder}: no {wanted} here; --data is the data set's own folder")
    return found


def number(text: str | None) -> float | None:
    """Read a number; None where the cell is empty, NA or not a number."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if value == value and abs(value) != float("inf") else None


def time_ms(text: str, utc_offset: int = 0) -> int | None:
    """Read a time of a clock `utc_offset` minutes east of UTC as ms since 1970; None where it is none."""
    try:
        at = datetime.fromisoformat(" ".join(text.split()))
    except ValueError:
        return None
    if at.tzinfo is None:
        return round(at.replace(tzinfo=UTC).timestamp() * 1000) - utc_offset * 60_000
    return round(at.timestamp() * 1000)
