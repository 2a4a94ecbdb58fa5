"""The open history file: one connection that writes, one that reads, and a new file when it is damaged."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from exporters.history.schema import harmed, open_reader, open_writer, set_aside

Found = TypeVar("Found")


class HistoryFile:
    """Opens the file when it is first needed; may be used from any thread.

    Where both locks are held, writing was taken first.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writing, self._reading = threading.Lock(), threading.Lock()
        self._writer: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing of what is done within.

        Raises:
            sqlite3.Error, OSError: nothing was done. If the file is damaged it has been set aside.
        """
        with self._writing:
            try:
                with _whole(self._linked()) as link:
                    yield link
            except sqlite3.Error as error:
                self._replace_if(error)
                raise

    def read(self, ask: Callable[[sqlite3.Connection], Found]) -> Found:
        """What is found, beside the writer. Raises as `transaction` does."""
        try:
            if self._reader is None:
                with self._writing:
                    self._linked()
            with self._reading:
                self._reader = self._reader or open_reader(self._path)
                return ask(self._reader)
        except sqlite3.Error as error:
            with self._writing:
                self._replace_if(error)
            raise

    def settle(self) -> None:
        """Empty the log beside the file: it holds copies of pages as they were."""
        with self._writing:
            self._linked().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def discard(self, why: str) -> None:
        """Set the file aside; the next call begins an empty one."""
        with self._writing:
            self._replace(why)

    def close(self) -> None:
        """Close both connections, after what is being written or read."""
        with self._writing, self._reading:
            self._drop()

    def _linked(self) -> sqlite3.Connection:
        if self._writer is None:
            self._writer = open_writer(self._path)
        return self._writer

    def _replace_if(self, error: sqlite3.Error) -> None:
        if harmed(error):
            self._replace("is damaged")

    def _replace(self, why: str) -> None:
        with self._reading:
            self._drop()
            if self._path.exists():
                set_aside(self._path, why)

    def _drop(self) -> None:
        for link in (self._reader, self._writer):
            if link is not None:
                link.close()
        self._reader = self._writer = None


@contextmanager
def _whole(link: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    link.execute("BEGIN IMMEDIATE")
    try:
        yield link
        link.execute("COMMIT")
    except BaseException:
        if link.in_transaction:
            link.execute("ROLLBACK")
        raise
