"""What wearers lived before a run begins, as every way reads it: stored pages in a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

Pages = Mapping[int, Mapping[bytes, bytes]]
"""Stored pages by their keys, by partition."""


def save(pages: Pages, path: Path) -> None:
    """Keep pages in a file."""
    path.write_bytes(msgspec.msgpack.encode(pages))


def load(path: Path) -> Pages:
    """Read pages back."""
    return msgspec.msgpack.decode(path.read_bytes(), type=dict[int, dict[bytes, bytes]])
