"""How each receiver fares: failing since when, paused by its own wish, or disabled."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from msgspec import Struct

from exporters.deliveries.backoff import LONGEST_S, SECOND_MS, is_hopeless
from exporters.deliveries.outcomes import Failed

FRESH_MS = 1000
"""How exactly the time of the last delivery is kept: a write for each would be half of all writing."""


class Endpoint(Struct, frozen=True):
    """A receiver as the outbox knows it. Times are ms of the wall clock."""

    failures: int = 0
    """In a row, up to now."""
    failing_since: int | None = None
    paused_until: int = 0
    disabled: str | None = None
    """Why nothing is sent there any more."""
    last_fault: str | None = None
    last_delivered: int | None = None

    def paused(self, now: int) -> bool:
        """Whether it wished to be left alone now; a pause beyond the longest is of a clock that went back."""
        return 0 < self.paused_until - now <= LONGEST_S * SECOND_MS


class Endpoints:
    """The table of receivers in the outbox's file; another process may enable one meanwhile."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, timeout=30)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def of(self, receiver: str) -> Endpoint:
        """How a receiver fares; one that is new fares well."""
        query = (
            "SELECT failures, failing_since, paused_until, disabled, last_fault, last_delivered"
            " FROM endpoints WHERE receiver = ?"
        )
        row = self._db.execute(query, (receiver,)).fetchone()
        return Endpoint() if row is None else Endpoint(*row)

    def delivered(self, receiver: str, now: int) -> None:
        """It has taken a message; a pause that it asked for, or its end, while that was on its way stays."""
        before = self.of(receiver)
        if not before.failures and now - (before.last_delivered or 0) < FRESH_MS:
            return
        self._keep(
            receiver,
            Endpoint(paused_until=before.paused_until, disabled=before.disabled, last_delivered=now),
        )

    def failed(self, receiver: str, failed: Failed, now: int, pause_ms: int = 0) -> Endpoint:
        """It has not; gives how it fares now."""
        before = self.of(receiver)
        since = now if before.failing_since is None else before.failing_since
        failures = before.failures + 1
        disabled = before.disabled
        if failed.fault == "gone":
            disabled = "it answered HTTP 410: it does not want to be told any more"
        elif is_hopeless(since, failures, now):
            disabled = f"a day of failures, the last: {failed.words}"
        paused = max(before.paused_until, now + pause_ms)
        after = Endpoint(failures, since, paused, disabled, failed.words, before.last_delivered)
        self._keep(receiver, after)
        return after

    def enable(self, receiver: str, now: int) -> None:
        """Begin anew; what waits for it is due."""
        self._db.execute("BEGIN IMMEDIATE")
        self._keep(receiver, Endpoint(last_delivered=self.of(receiver).last_delivered))
        query = "UPDATE messages SET due = ? WHERE receiver = ? AND attempts > 0 AND due > ?"
        self._db.execute(query, (now, receiver, now))
        self._db.execute("COMMIT")

    def _keep(self, receiver: str, endpoint: Endpoint) -> None:
        values = (
            endpoint.failures,
            endpoint.failing_since,
            endpoint.paused_until,
            endpoint.disabled,
            endpoint.last_fault,
            endpoint.last_delivered,
        )
        self._db.execute(
            "INSERT OR REPLACE INTO endpoints (receiver, failures, failing_since, paused_until, disabled,"
            " last_fault, last_delivered) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (receiver, *values),
        )
