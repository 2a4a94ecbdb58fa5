"""History in SQLite: records and the place in Kafka they came from, written in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence, Set
from pathlib import Path

import msgspec
from msgspec import Struct

from exporters.history.file import HistoryFile
from streams.records import Alert

Place = tuple[str, int]
"""Topic and partition."""

_SWEPT = 500
"""Wearers that one slice of pruning looks at."""

_TRACE = "INSERT INTO traces VALUES(?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body"
_RISK = (
    "INSERT INTO risks VALUES(?, ?, ?) ON CONFLICT(wearer) DO UPDATE"
    " SET time = excluded.time, body = excluded.body WHERE excluded.time >= time"
)
_ALERT = (
    "INSERT INTO alerts VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE"
    " SET revision = excluded.revision, priority = excluded.priority, title = excluded.title,"
    " ended = excluded.ended, body = excluded.body WHERE excluded.revision > revision"
)
_OFFSET = "INSERT OR REPLACE INTO offsets VALUES(?, ?, ?)"
# One seek for each wearer rather than a walk over all rows.
_NAMES = (
    "WITH RECURSIVE names(name) AS (SELECT min(wearer) FROM traces UNION ALL"
    " SELECT (SELECT min(wearer) FROM traces WHERE wearer > name) FROM names WHERE name IS NOT NULL)"
)
_LATEST = (
    f"{_NAMES} SELECT wearer, time, body FROM names JOIN traces ON wearer = name"
    " AND time = (SELECT max(time) FROM traces WHERE wearer = name)"
)
_NEXT = (
    "WITH RECURSIVE names(name, n) AS (SELECT min(wearer), 1 FROM traces WHERE wearer > ? UNION ALL"
    " SELECT (SELECT min(wearer) FROM traces WHERE wearer > name), n + 1 FROM names"
    " WHERE name IS NOT NULL AND n < ?) SELECT name FROM names WHERE name IS NOT NULL"
)


class Batch(Struct, frozen=True):
    """What one reading of Kafka brought: rows, and the offsets that come next."""

    traces: Sequence[tuple[str, int, bytes]] = ()
    """Wearer, time, packed body."""
    risks: Sequence[tuple[str, int, bytes]] = ()
    """Wearer, time, JSON."""
    alerts: Sequence[Alert] = ()
    consents: Mapping[str, bool] = {}
    """Wearers whose newest profile speaks of consent: True = refused."""
    offsets: Mapping[Place, int] = {}
    forgotten: Set[str] = frozenset()
    """Wearers of whom nothing is to be left, of these rows neither; later ones begin anew."""


class Marker(Struct, frozen=True):
    """An alert as a mark in a picture; no `end` = open."""

    id: str
    condition: str
    priority: str
    title: str
    onset: int
    end: int | None


class Store:
    """What is kept of wearers; every method may be called from any thread, and waits for the disk.

    All raise `sqlite3.Error` or `OSError` when the disk does not do as asked. A file found damaged is
    set aside: the call that found it raises, the next one meets an empty file without offsets.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = HistoryFile(path)

    def write(self, batch: Batch) -> set[str]:
        """Write all of it or nothing; who refuses, and so is left out. What is known changes nothing."""
        with self._file.transaction() as link:
            for wearer in batch.forgotten:
                _consent(link, wearer, refused=True)  # which deletes
                _consent(link, wearer, refused=False)
            for wearer, refused in batch.consents.items():
                _consent(link, wearer, refused)
            refusing = {row[0] for row in link.execute("SELECT wearer FROM refused")} | batch.forgotten
            link.executemany(_TRACE, [row for row in batch.traces if row[0] not in refusing])
            link.executemany(_RISK, [row for row in batch.risks if row[0] not in refusing])
            link.executemany(_ALERT, [_alert_row(a) for a in batch.alerts if a.wearer not in refusing])
            link.executemany(_OFFSET, [(*place, following) for place, following in batch.offsets.items()])
        return refusing

    def prune(self, before: int, after: str) -> str | None:
        """Delete what is older than `before` (ms) of the next wearers by name; the last of them.

        None when there are no more, and alerts and risks have been pruned too.
        """
        with self._file.transaction() as link:
            names = [row[0] for row in link.execute(_NEXT, (after, _SWEPT))]
            link.executemany(
                "DELETE FROM traces WHERE wearer = ? AND time < ?", [(name, before) for name in names]
            )
            if names:
                return str(names[-1])
            link.execute("DELETE FROM risks WHERE time < ?", (before,))
            link.execute("DELETE FROM alerts WHERE ended < ?", (before,))
            return None

    def forget(self, wearer: str) -> int:
        """Delete every row of a wearer, and overwrite its bytes; how many there were."""
        with self._file.transaction() as link:
            rows = _delete(link, wearer)
        self._file.settle()
        return rows

    def begin(self, cluster: str) -> dict[Place, int]:
        """Offsets to read on from; none, in an empty file, where the rows came from another cluster."""
        known = self._file.read(
            lambda link: link.execute("SELECT value FROM facts WHERE name = 'cluster'").fetchone()
        )
        if known is not None and known[0] != cluster:
            self._file.discard("was filled from another Kafka cluster")
        with self._file.transaction() as link:
            link.execute("INSERT OR REPLACE INTO facts VALUES('cluster', ?)", (cluster,))
            rows = link.execute("SELECT topic, partition, next FROM offsets").fetchall()
        return {(topic, partition): following for topic, partition, following in rows}

    def places(self) -> int:
        """How far Kafka has been read: the offsets of all partitions together."""
        sql = "SELECT coalesce(sum(next), 0) FROM offsets"
        return int(self._file.read(lambda link: link.execute(sql).fetchone()[0]))

    def latest(self) -> list[tuple[str, int, bytes]]:
        """Each wearer's newest trace: wearer, time, packed body."""
        return self._file.read(lambda link: link.execute(_LATEST).fetchall())

    def risks(self) -> list[bytes]:
        """Each wearer's newest risk, as JSON."""
        return self._file.read(lambda link: [row[0] for row in link.execute("SELECT body FROM risks")])

    def risk(self, wearer: str) -> bytes | None:
        """The wearer's newest risk, as JSON."""
        found = self._file.read(
            lambda link: link.execute("SELECT body FROM risks WHERE wearer = ?", (wearer,)).fetchone()
        )
        return None if found is None else bytes(found[0])

    def open_alerts(self, wearer: str | None = None) -> list[bytes]:
        """Alerts that are out, of one wearer or all, as JSON; by onset."""
        sql = "SELECT body FROM alerts WHERE ended IS NULL AND wearer = coalesce(?, wearer) ORDER BY onset"
        return self._file.read(lambda link: [row[0] for row in link.execute(sql, (wearer,))])

    def span(self, wearer: str, start: int, end: int) -> list[tuple[int, bytes]]:
        """The wearer's traces of `start` to `end`, both within: time and packed body, oldest first."""
        sql = "SELECT time, body FROM traces WHERE wearer = ? AND time BETWEEN ? AND ? ORDER BY time"
        return self._file.read(lambda link: link.execute(sql, (wearer, start, end)).fetchall())

    def bounds(self, wearer: str) -> tuple[int, int] | None:
        """Times of the wearer's oldest and newest trace."""
        sql = "SELECT min(time), max(time) FROM traces WHERE wearer = ?"
        oldest, newest = self._file.read(lambda link: link.execute(sql, (wearer,)).fetchone())
        return None if oldest is None else (oldest, newest)

    def markers(self, wearer: str, start: int, end: int) -> list[Marker]:
        """The wearer's alerts that were out at some moment of `start` to `end`, by onset."""
        sql = (
            "SELECT id, condition, priority, title, onset, ended FROM alerts"
            " WHERE wearer = ? AND onset <= ? AND coalesce(ended, ?) >= ? ORDER BY onset"
        )
        rows = self._file.read(lambda link: link.execute(sql, (wearer, end, end, start)).fetchall())
        return [Marker(*row) for row in rows]

    def close(self) -> None:
        """Close the file, after what is being written."""
        self._file.close()


def _consent(link: sqlite3.Connection, wearer: str, refused: bool) -> None:
    if refused:
        _delete(link, wearer)
        link.execute("INSERT OR IGNORE INTO refused VALUES(?)", (wearer,))
    else:
        link.execute("DELETE FROM refused WHERE wearer = ?", (wearer,))


def _delete(link: sqlite3.Connection, wearer: str) -> int:
    return sum(
        link.execute(f"DELETE FROM {table} WHERE wearer = ?", (wearer,)).rowcount
        for table in ("traces", "risks", "alerts")
    )


def _alert_row(alert: Alert) -> tuple[object, ...]:
    ended = alert.updated if alert.status == "resolved" else None
    return (
        alert.id, alert.revision, alert.wearer, alert.priority,
        alert.condition, alert.title, alert.onset, ended, msgspec.json.encode(alert),
    )  # fmt: skip
