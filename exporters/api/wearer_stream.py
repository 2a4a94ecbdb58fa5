"""Rows of wearers that changed, as Server-Sent Events: the newest of each, twice a second at most."""

from __future__ import annotations

import time
from asyncio import sleep
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Self

import msgspec

from exporters.access.principal import Principal, reach
from exporters.api.wearer_shapes import PAGE, Changes
from exporters.history import History, Row

EVERY_S = 0.5
"""Between two events: with what reading Kafka takes, a row is less than a second behind."""
HEARTBEAT_S = 15.0
_RETRY_MS = 2000
_DIGITS = 18


@dataclass(frozen=True, slots=True)
class View:
    """What who asks sees of wearers."""

    sees: Callable[[str], bool]
    masked: bool

    @classmethod
    def of(cls, principal: Principal) -> Self:
        """Of somebody who may read at all; a role without health detail sees every wearer's bare row."""
        own = principal.wearers if reach(principal, "read") == "own" else None
        sees = _everybody if own is None else own.__contains__
        return cls(sees, reach(principal, "read") == "masked")

    def shows(self, row: Row) -> Row:
        """The row as they may see it: masked, it tells whether data come, and nothing of health."""
        return Row(row.wearer, row.time, stale=row.stale) if self.masked else row


def _everybody(_wearer: str) -> bool:
    return True


def version(history: History) -> str:
    """The moment of the overview: when it began, and its version."""
    return f"{history.began}-{history.overview.version}"


async def changes(
    history: History,
    view: View,
    since: str | None,
    ended: Callable[[], bool],
    *,
    every_s: float = EVERY_S,
    heartbeat_s: float = HEARTBEAT_S,
) -> AsyncGenerator[bytes, None]:
    """Events `wearers` and `heartbeat`, from `since` on; everything where that is of another life of the API.

    A reader that falls behind misses nothing but rows that were replaced meanwhile: nothing waits for it.
    """
    reached = history.overview.version if since is None else _reached(history, since)
    yield b"retry: %d\n\n" % _RETRY_MS
    due = 0.0
    while not ended():
        if reached != history.overview.version:
            rows, reached = history.overview.changed(reached, view.sees, PAGE)
            if rows:
                yield _event("wearers", f"{history.began}-{reached}", list(map(view.shows, rows)))
        if time.monotonic() >= due:
            due = time.monotonic() + heartbeat_s
            yield _event("heartbeat", f"{history.began}-{reached}", _beat(history))
        await sleep(every_s)


def _reached(history: History, since: str) -> int:
    began, _, number = since.partition("-")
    if began != str(history.began) or not number.isdecimal() or len(number) > _DIGITS:
        return -1
    return int(number)


def _beat(history: History) -> Changes:
    newest = history.overview.newest or None
    return Changes(time.time_ns() // 1_000_000, newest, "up" if history.up else "away")


def _event(name: str, at: str, data: object) -> bytes:
    return b"event: %s\nid: %s\ndata: %s\n\n" % (name.encode(), at.encode(), msgspec.json.encode(data))
