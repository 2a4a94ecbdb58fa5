"""Takes all of one wearer out of the file of deliveries."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from exporters.deliveries.overview import FILE

TABLES = ("messages", "courses", "told")


class _Whose(msgspec.Struct):
    """The part of an alert that says of whom it tells."""

    wearer: str


def forget(data_dir: Path, wearer: str) -> int | None:
    """Delete messages that wait, courses and what receivers were told; how many rows, None without a file.

    A deliverer may be at work: what it has begun to send goes out. Raises sqlite3.Error.
    """
    path = data_dir / FILE
    if not path.exists():
        return None
    whose = msgspec.json.Decoder(_Whose).decode
    with closing(sqlite3.connect(path, timeout=30)) as link:
        with link:
            link.execute("PRAGMA secure_delete = ON")
            link.create_function("of", 1, lambda body: whose(body).wearer, deterministic=True)
            rows = sum(
                link.execute(f"DELETE FROM {table} WHERE of(body) = ?", (wearer,)).rowcount
                for table in TABLES
            )
        link.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return rows
