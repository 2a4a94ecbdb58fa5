"""Takes all of one wearer out of the file of deliveries."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from exporters.deliveries.overview import FILE
from streams.errors import UserError
from streams.malformed import MALFORMED

TABLES = ("messages", "courses", "told")


class _Whose(msgspec.Struct):
    """The part of an alert that says of whom it tells."""

    wearer: str


_DECODE = msgspec.json.Decoder(_Whose).decode


def forget(data_dir: Path, wearer: str) -> int | None:
    """Delete messages that wait, courses and what receivers were told; how many rows, None without a file.

    A deliverer may be at work: what it has begun to send goes out. What nobody can read is left. Raises
    UserError when the file can't be written, or when somebody reads it for so long that bytes stay behind.
    """
    path = data_dir / FILE
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(path, timeout=30)) as link:
            with link:
                link.execute("PRAGMA secure_delete = ON")
                link.create_function("of", 1, _whose, deterministic=True)
                rows = sum(
                    link.execute(f"DELETE FROM {table} WHERE of(body) = ?", (wearer,)).rowcount
                    for table in TABLES
                )
            busy, *_ = link.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error as error:
        raise UserError(
            f"{FILE} can't be written ({error}): its rows of the wearer are still there"
        ) from error
    if busy:
        raise UserError(
            f"{FILE} is being read: its rows of the wearer are deleted, bytes are left; run this again"
        )
    return rows


def _whose(body: bytes) -> str | None:
    try:
        return _DECODE(body).wearer
    except MALFORMED:
        return None
