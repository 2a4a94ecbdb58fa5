"""A small file that is read again when it changes, and changed whole by one writer at a time."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from streams.stack.files import exclusive, private_folder, write_whole

T = TypeVar("T")
Stamp = tuple[int, int, int]
NO_FILE: Stamp = 0, 0, 0
MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


class LiveFile(Generic[T]):
    """What `read` makes of the bytes of `path` (None = there is no file); `read` raises ValueError on damage.

    A file that others may write is damaged: they could let themselves in by it.

    A stat tells whether it changed: every change replaces the file, so that its inode is another. Threads
    may share it.
    """

    def __init__(self, path: Path, read: Callable[[bytes | None], T]) -> None:
        self.path = path
        self._read = read
        self._held: tuple[Stamp, T] | None = None

    def now(self) -> T:
        """What the file says now. Raises OSError or ValueError; nothing older is given then."""
        stamp, held = self._look(), self._held
        if held is not None and held[0] == stamp:
            return held[1]
        value = self._read(None if stamp == NO_FILE else self._bytes())
        self._held = stamp, value
        return value

    def change(self, by: Callable[[T], bytes]) -> None:
        """Replace the file with what `by` makes of its newest content. Raises OSError or ValueError."""
        private_folder(self.path.parent)
        with exclusive(self.path.with_name(f"{self.path.name}.lock")):
            write_whole(self.path, by(self.now()))

    def _bytes(self) -> bytes:
        if self.path.stat().st_mode & MAY_WRITE:
            raise ValueError(f"{self.path}: others may write it: run `chmod 600` on it")
        return self.path.read_bytes()

    def _look(self) -> Stamp:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return NO_FILE
        return found.st_ino, found.st_size, found.st_mtime_ns
