"""A few numbers that one process counts and another reads, without either waiting for the other."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

_TWO = struct.Struct("<qq")


class Tally:
    """How many records were scored, and how far the logs were read, in a file mapped into memory."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(_TWO.size))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), _TWO.size)

    def write(self, scored: int, read: int) -> None:
        """Set both numbers."""
        _TWO.pack_into(self._memory, 0, scored, read)

    def read(self) -> tuple[int, int]:
        """Give (scored, read)."""
        scored, read = _TWO.unpack_from(self._memory, 0)
        return scored, read
