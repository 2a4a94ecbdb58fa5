"""Cuts what was fetched of one partition into chunks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def cut(records: list[Any], limit: int, size: int) -> Iterator[list[Any]]:
    """Parts of at most `limit` records and about `size` bytes; a larger record is a part of its own."""
    part: list[Any] = []
    held = 0
    for record in records:
        length = len(record.value or b"")
        if part and (len(part) == limit or held + length > size):
            yield part
            part, held = [], 0
        part.append(record)
        held += length
    yield part
