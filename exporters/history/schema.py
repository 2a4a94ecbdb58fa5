"""The file that history is kept in: its tables, and what is done with one that can't be used."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

log = logging.getLogger(__name__)

APPLICATION = 0x76736873
"""`vshs`: marks the file as ours."""
VERSION = 1
BUSY_S = 10.0
PAGE_BYTES = 4096
LOG_PAGES = 4000
"""Pages (16 MB) that the log beside the file gathers: a page that fills up row by row is copied once."""

_TABLES = """
CREATE TABLE traces(wearer TEXT, time INTEGER, body BLOB NOT NULL, PRIMARY KEY(wearer, time)) WITHOUT ROWID;
CREATE TABLE risks(wearer TEXT PRIMARY KEY, time INTEGER NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE alerts(
    id TEXT PRIMARY KEY, revision INTEGER NOT NULL, wearer TEXT NOT NULL, priority TEXT NOT NULL,
    condition TEXT NOT NULL, title TEXT NOT NULL, onset INTEGER NOT NULL, ended INTEGER, body BLOB NOT NULL
);
CREATE INDEX alerts_of ON alerts(wearer, onset);
CREATE INDEX alerts_ended ON alerts(ended);
CREATE TABLE refused(wearer TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE offsets(topic TEXT, partition INTEGER, next INTEGER NOT NULL, PRIMARY KEY(topic, partition));
CREATE TABLE facts(name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

_HARMED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Unusable(Exception):
    """The file is damaged, or holds something else than this version's history."""


def harmed(error: sqlite3.Error) -> bool:
    """Whether this error says that the file itself is damaged, rather than busy, full or read-only."""
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _HARMED


def open_writer(path: Path) -> sqlite3.Connection:
    """The one connection that writes; the file and its tables are made where there is none.

    A damaged or foreign file is set aside as `NAME.aside`, and one log line says so.

    Raises:
        sqlite3.Error, OSError: the folder can't be written, or the file is busy for `BUSY_S`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # SQLite gives the files beside it the same permissions.
    path.touch(mode=0o600)
    try:
        return _opened(path)
    except Unusable as unusable:
        set_aside(path, str(unusable))
        return _opened(path)


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that can't write; it and the writer don't wait for each other.

    Raises:
        sqlite3.Error: there is no such file.
    """
    address = f"{path.absolute().as_uri()}?mode=rw"
    link = sqlite3.connect(address, BUSY_S, isolation_level=None, check_same_thread=False, uri=True)
    link.execute("PRAGMA query_only = ON")
    return link


def set_aside(path: Path, why: str) -> None:
    """Rename the file to `NAME.aside`, in the place of one set aside before, and say so in the log."""
    path.replace(path.with_name(f"{path.name}.aside"))
    for companion in ("-wal", "-shm"):
        path.with_name(path.name + companion).unlink(missing_ok=True)
    log.warning("%s %s: set aside as %s.aside, history is read anew from Kafka", path.name, why, path.name)


def _opened(path: Path) -> sqlite3.Connection:
    link = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        _prepare(link)
    except sqlite3.Error as error:
        link.close()
        if harmed(error):
            raise Unusable("is damaged") from error
        raise
    except Unusable:
        link.close()
        raise
    return link


def _prepare(link: sqlite3.Connection) -> None:
    empty = not link.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if empty:
        link.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    else:
        _check(link)
    link.execute("PRAGMA journal_mode = WAL")
    link.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
    # With WAL a transaction that is lost with the power takes its offsets along: it is read again.
    link.execute("PRAGMA synchronous = NORMAL")
    # What is forgotten must not stay readable in free pages.
    link.execute("PRAGMA secure_delete = ON")
    if empty:
        link.executescript(
            f"BEGIN; {_TABLES} PRAGMA application_id = {APPLICATION};"
            f" PRAGMA user_version = {VERSION}; COMMIT;"
        )


def _check(link: sqlite3.Connection) -> None:
    marks = [link.execute(f"PRAGMA {mark}").fetchone()[0] for mark in ("application_id", "user_version")]
    if marks != [APPLICATION, VERSION]:
        raise Unusable("is of another version or program")
