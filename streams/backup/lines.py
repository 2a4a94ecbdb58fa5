"""Files of records: JSON Lines, gzipped, readable with standard tools (`zcat FILE | jq`)."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

T = TypeVar("T")
LEVEL = 1
"""Of compression: pages are deflated already, and time counts."""


class Page(Struct, frozen=True):
    """A page of state as stored, under its key `<partition>/<page>`."""

    partition: int
    key: str
    value: bytes
    """Base64 in the file."""


class Record(Struct, frozen=True):
    """A record of Kafka."""

    partition: int
    offset: int
    timestamp: int | None
    """ms UTC; None = now."""
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]


class Writer:
    """Appends records to a file and counts them."""

    def __init__(self, file: gzip.GzipFile) -> None:
        self._file, self._encode = file, msgspec.json.Encoder().encode
        self.count = 0

    def write(self, record: object) -> None:
        """Add one record."""
        self._file.write(self._encode(record) + b"\n")
        self.count += 1


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """A new file for its owner alone, synced at the end."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as raw:
        with gzip.GzipFile("", "wb", LEVEL, raw, mtime=0) as file:
            yield Writer(file)
        raw.flush()
        os.fsync(raw.fileno())


def reading(path: Path, kind: type[T]) -> Iterator[T]:
    """Every record of a file, in order."""
    decode = msgspec.json.Decoder(kind).decode
    with gzip.open(path, "rb") as file:
        for line in file:
            yield decode(line)
