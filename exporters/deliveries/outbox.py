"""The outbox: an SQLite file in which a stream position and what follows from it change together."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from exporters.deliveries.backoff import DAY_MS, KEPT_MS
from exporters.deliveries.escalation import Course, Tell
from exporters.deliveries.routes import RANKS
from streams.errors import UserError
from streams.records import Alert

SCHEMA = Path(__file__).with_name("outbox.sql")
VERSION = 1
"""Of the tables, in the file as `user_version`; a file from before it was noted (0) has those of 1."""
ENDED_KEPT_MS = 8 * DAY_MS
"""Longer than the stream keeps its entries by default, so that no revision is new twice."""
FARTHEST_MS = 2 * DAY_MS
"""Nothing waits longer on purpose: quiet hours last less than a day, a wait after a failure six hours."""
OPEN_KEPT_MS = 30 * DAY_MS
"""An alert of which nothing was heard for so long has ended unheard: Redis has lost it."""

_encode = msgspec.json.encode
_decode_alert = msgspec.json.Decoder(Alert).decode
_decode_course = msgspec.json.Decoder(Course).decode


@dataclass(frozen=True, slots=True)
class Message:
    """One revision of an alert (or a step of escalation: `nudge`) for one receiver."""

    seq: int
    receiver: str
    alert: Alert
    nudge: int
    route: str
    accepted: int
    attempts: int
    before: Alert | None = None
    """The revision that the receiver has taken last."""

    @property
    def id(self) -> str:
        """The same at every attempt, and after the outbox was lost: what a receiver tells repeats by."""
        return f"{self.alert.id}-{self.alert.revision}" + (f"-{self.nudge}" if self.nudge else "")


@dataclass(frozen=True, slots=True)
class Known:
    """A route's course of an alert, and the alert."""

    route: str
    course: Course
    alert: Alert


class Outbox:
    """Courses of alerts and waiting messages.

    Raises:
        OSError: the file can't be opened.
        UserError: it is damaged, something else, or a later version's.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        try:
            self._db = sqlite3.connect(path, isolation_level=None, timeout=30)
            self._check_version(path)
            self._db.execute("PRAGMA journal_mode = WAL")
            # A power cut may take the last transactions, but whole: place and messages go back together.
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.executescript(SCHEMA.read_text(encoding="utf-8"))
            self._db.execute(f"PRAGMA user_version = {VERSION}")
        except sqlite3.Error as error:
            advice = "mend what it says, or move the file away to begin with what is open now"
            raise UserError(f"{path} can't be opened ({error}): {advice}") from error

    def _check_version(self, path: Path) -> None:
        """Raises UserError before anything of a later version's file is changed."""
        found = self._db.execute("PRAGMA user_version").fetchone()[0]
        if found > VERSION:
            self._db.close()
            raise UserError(
                f"{path} is of a later version of vitalstream (its tables are version {found}, this one has"
                f" {VERSION}): start that version, or move the file away to begin with what is open now"
            )

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of what is changed inside."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @property
    def place(self) -> str | None:
        """The stream id up to which revisions are in here; None = it has never begun."""
        row = self._db.execute("SELECT stream_id FROM place").fetchone()
        return None if row is None else str(row[0])

    def move(self, stream_id: str) -> None:
        """Everything up to this id is in here."""
        self._db.execute("INSERT OR REPLACE INTO place VALUES (1, ?)", (stream_id,))

    def course(self, alert: str, route: str) -> Course:
        """What a route knows of an alert; nothing yet where it is new."""
        query = "SELECT course FROM courses WHERE alert = ? AND route = ?"
        row = self._db.execute(query, (alert, route)).fetchone()
        return Course() if row is None else _decode_course(row[0])

    def keep_course(self, route: str, course: Course, alert: Alert, due: int | None, now: int) -> None:
        """Remember a course; `due` is when its next step of escalation is to be taken."""
        values = (alert.id, route, _encode(course), _encode(alert), due, course.open, now)
        self._db.execute("INSERT OR REPLACE INTO courses VALUES (?, ?, ?, ?, ?, ?, ?)", values)

    def due_courses(self, now: int) -> list[Known]:
        """Courses whose step of escalation is due, the oldest first."""
        query = "SELECT route, course, body FROM courses WHERE due <= ? ORDER BY due LIMIT 500"
        return [_known(row) for row in self._db.execute(query, (now,))]

    def open_alerts(self) -> list[str]:
        """Ids of alerts that some route holds for open."""
        return [row[0] for row in self._db.execute("SELECT DISTINCT alert FROM courses WHERE open")]

    def put(self, tell: Tell, route: str, alert: Alert, accepted: int, now: int, newest_only: bool) -> bool:
        """Queue a message; whether it was. What waits of the same alert is due with it, or replaced by it."""
        tried = self._replace(tell.receiver, alert) if newest_only else 0
        if tried is None:
            return False
        rank = RANKS[alert.priority]
        self._db.execute(
            "UPDATE messages SET due = min(due, ?), rank = max(rank, ?) WHERE receiver = ? AND alert = ?",
            (tell.at, rank, tell.receiver, alert.id),
        )
        values = (tell.receiver, alert.id, alert.revision, tell.nudge, route, _encode(alert), accepted, now)
        done = self._db.execute(
            "INSERT OR IGNORE INTO messages"
            " (receiver, alert, revision, nudge, route, body, accepted, queued, due, attempts, rank)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, tell.at, tried, rank),
        )
        return done.rowcount == 1

    def _replace(self, receiver: str, alert: Alert) -> int | None:
        """Take back what waits of an alert.

        Gives how often it was tried; None when the alert's end is no news, as nothing of it was told.
        """
        where = (receiver, alert.id)
        told = self._db.execute("SELECT 1 FROM told WHERE receiver = ? AND alert = ?", where).fetchone()
        query = "SELECT max(attempts) FROM messages WHERE receiver = ? AND alert = ?"
        tried = int(self._db.execute(query, where).fetchone()[0] or 0)
        self._db.execute("DELETE FROM messages WHERE receiver = ? AND alert = ?", where)
        return None if alert.status == "resolved" and told is None and tried == 0 else tried

    def take_back(self, alert: Alert, route: str, people: Iterable[str]) -> None:
        """Somebody has it in hand: steps before are not taken, and `people` need not be told of what was."""
        names = list(people)
        marks = ", ".join("?" * len(names))
        query = (
            "DELETE FROM messages WHERE alert = ? AND route = ? AND revision < ?"
            f" AND (nudge > 0 OR receiver IN ({marks}))"
        )
        self._db.execute(query, (alert.id, route, alert.revision, *names))

    def due(self, receiver: str, now: int, busy: Iterable[str], limit: int) -> list[Message]:
        """Messages to send now, the gravest first: the first of each alert that is not `busy` (ids)."""
        skipped = list(busy)
        marks = ", ".join("?" * len(skipped))
        query = (
            "SELECT seq, m.receiver, m.body, nudge, m.route, accepted, attempts, told.body FROM messages AS m"
            " INDEXED BY messages_next LEFT JOIN told ON told.receiver = m.receiver AND told.alert = m.alert"
            f" WHERE m.receiver = ? AND due <= ? AND m.alert NOT IN ({marks}) AND NOT EXISTS (SELECT 1 FROM"
            " messages AS e WHERE e.receiver = m.receiver AND e.alert = m.alert AND e.seq < m.seq)"
            " ORDER BY rank DESC, due, seq LIMIT ?"
        )
        return [_message(row) for row in self._db.execute(query, (receiver, now, *skipped, limit))]

    def standing(self, receiver: str) -> list[tuple[str, Alert]]:
        """By which route a receiver was told of what; open alerts alone, and those of which no news waits."""
        query = (
            "SELECT route, body FROM told WHERE receiver = ? AND open AND NOT EXISTS"
            " (SELECT 1 FROM messages AS m WHERE m.receiver = told.receiver AND m.alert = told.alert)"
        )
        return [(route, _decode_alert(body)) for route, body in self._db.execute(query, (receiver,))]

    def tried(self, seq: int) -> None:
        """An attempt begins: counted first, so that a kill in between is one attempt."""
        self._db.execute("UPDATE messages SET attempts = attempts + 1 WHERE seq = ?", (seq,))

    def delivered(self, message: Message, now: int) -> None:
        """The receiver has it."""
        alert = message.alert
        with self.transaction():
            self._db.execute("DELETE FROM messages WHERE seq = ?", (message.seq,))
            told = (
                message.receiver,
                alert.id,
                message.route,
                _encode(alert),
                alert.status != "resolved",
                now,
            )
            self._db.execute("INSERT OR REPLACE INTO told VALUES (?, ?, ?, ?, ?, ?)", told)

    def put_off(self, seq: int, due: int) -> None:
        """Try again then."""
        self._db.execute("UPDATE messages SET due = ? WHERE seq = ?", (due, seq))

    def drop(self, seq: int) -> None:
        """Give a message up."""
        self._db.execute("DELETE FROM messages WHERE seq = ?", (seq,))

    def hurry(self, receiver: str, now: int) -> None:
        """The receiver answers again: what failed there is due now."""
        query = "UPDATE messages SET due = ? WHERE receiver = ? AND attempts > 0 AND due > ?"
        self._db.execute(query, (now, receiver, now))

    def expire(self, now: int) -> list[str]:
        """Forget what is too old; receivers of messages that were never delivered, one for each.

        What is due later than anything is ever put off was put off by a clock that has gone back: now.
        """
        self._db.execute("UPDATE messages SET due = ? WHERE due > ?", (now, now + FARTHEST_MS))
        query = "DELETE FROM messages WHERE queued < ? RETURNING receiver"
        lost = [row[0] for row in self._db.execute(query, (now - KEPT_MS,)).fetchall()]
        for table in ("courses", "told"):
            query = f"DELETE FROM {table} WHERE changed < CASE WHEN open THEN ? ELSE ? END"
            self._db.execute(query, (now - OPEN_KEPT_MS, now - ENDED_KEPT_MS))
        return lost

    def waiting(self) -> dict[str, tuple[int, int]]:
        """By receiver: how many messages wait, and since when the oldest."""
        query = "SELECT receiver, count(*), min(queued) FROM messages GROUP BY receiver"
        return {receiver: (count, oldest) for receiver, count, oldest in self._db.execute(query)}


def _known(row: tuple[str, bytes, bytes]) -> Known:
    return Known(row[0], _decode_course(row[1]), _decode_alert(row[2]))


def _message(row: tuple[int, str, bytes, int, str, int, int, bytes | None]) -> Message:
    seq, receiver, body, nudge, route, accepted, attempts, told = row
    before = None if told is None else _decode_alert(told)
    return Message(seq, receiver, _decode_alert(body), nudge, route, accepted, attempts, before)
