"""Reading alerts: every revision in the order of the stream, from any place, over outages of the server."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from typing import cast

from redis.asyncio import Redis

from exporters.alerts.connection import Pauses, limited, open_client
from exporters.alerts.errors import LASTING, ErrorKind, RedisUnavailable
from exporters.alerts.events import (
    BEGINNING,
    NEW_ONLY,
    START,
    AlertFilter,
    Away,
    Entry,
    Event,
    Gap,
    Heartbeat,
    Revision,
    Unreadable,
    check_position,
    gap_before,
    place,
)
from exporters.alerts.keys import Keys
from streams.records import Alert, Condition, Priority, Status

__all__ = ["AlertStream", "Away", "Entry", "Event", "Gap", "Heartbeat", "Revision"]

log = logging.getLogger(__name__)

PAGE = 500
"""Entries that are asked for at once: what a reader holds, however slow it is."""
# A blocked read must end before the time limit of a request, or quiet hours would look like a failure.
BLOCK_MS = 1000
TIMEOUT_S = 5.0
HEARTBEAT_S = 15.0


def warn_of(gap: Gap) -> None:
    """Log a gap: what becomes of it unless `on_gap` says otherwise."""
    log.warning("alerts between %s and %s are missing (%s)", gap.after, gap.before, gap.reason)


class AlertStream:
    """Alerts as they come, for `async for` and for `for`; `events()` tells more than alerts.

    `since` is the stream id after which to begin: the `last_id` of the reader before, `0` for the oldest
    kept, `$` for new ones only. With `follow` it goes on for ever, reconnects by itself and resumes
    after the last id; without, it ends where the stream ended when it began.

    It holds one page of entries and asks for the next when that is used up: a slow reader costs
    the server nothing, and learns by a gap what was trimmed before it came to it.

    Iterating raises:
        ValueError: the URL is none.
        RedisUnavailable: the server refuses its credentials or has a certificate that is not trusted;
            without `follow` also when it does not answer.
    """

    def __init__(
        self,
        url: str,
        *,
        since: str = BEGINNING,
        follow: bool = True,
        priority: Priority | None = None,
        at_least: Priority | None = None,
        condition: Condition | None = None,
        status: Status | None = None,
        wearer: str | None = None,
        on_gap: Callable[[Gap], None] = warn_of,
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        """Connects when it is iterated over. Raises ValueError when `since` is no stream id."""
        self.last_id = check_position(since)
        """How far it is: after the alert that was given last; give it as `since` next time."""
        self.heard: float | None = None
        """When the server answered last (seconds, `time.time()`); None = never."""
        self.away: ErrorKind | None = None
        """Why the server does not answer now; None = it does."""
        self._url, self._follow = url, follow
        self._wanted = AlertFilter(priority, at_least, condition, status, wearer)
        self._on_gap = on_gap
        self._heartbeat_s = heartbeat_s
        self._beat = 0.0
        self._stream = Keys().stream

    async def __aiter__(self) -> AsyncGenerator[Alert, None]:
        """Alerts alone; gaps go to `on_gap`, outages into the log."""
        async with aclosing(self.events()) as events:
            async for event in events:
                match event:
                    case Revision():
                        yield event.alert
                    case Gap():
                        self._on_gap(event)
                    case Away():
                        log.warning("alerts can't be read (%s); trying again", event.kind)

    def __iter__(self) -> Iterator[Alert]:
        """The same where no event loop runs."""
        alerts = self.__aiter__()

        async def following() -> Alert | None:
            return await anext(alerts, None)

        with asyncio.Runner() as runner:
            try:
                while (alert := runner.run(following())) is not None:
                    yield alert
            finally:
                runner.run(alerts.aclose())

    async def events(self) -> AsyncGenerator[Event, None]:
        """Entries with their ids, gaps in their place, a heartbeat at once and now and then, and outages."""
        redis = open_client(self._url, TIMEOUT_S, decode_responses=True)
        pauses = Pauses()
        try:
            while True:
                try:
                    async with aclosing(self._connected(redis)) as events:
                        async for event in events:
                            pauses.reset()
                            yield event
                    return
                except RedisUnavailable as error:
                    if not self._follow or error.kind in LASTING:
                        raise
                    self.away = error.kind
                    yield Away(error.kind)
                    await pauses.wait()
        finally:
            await redis.aclose()

    async def _connected(self, redis: Redis) -> AsyncGenerator[Event, None]:
        """Events until the server goes away or, without `follow`, until the end."""
        newest = await self._find_newest(redis)
        self._hear()
        self._beat = time.monotonic()
        yield Heartbeat(newest)
        if self.last_id == NEW_ONLY:
            self.last_id = newest
        elif place(self.last_id) > place(newest):
            gap = Gap(self.last_id, newest, "reset")
            self.last_id = newest
            yield gap
        while page := await self._page(redis, newest):
            for raw in page:
                for event in self._told(raw):
                    yield event
        while self._follow:
            for raw in await self._wait(redis):
                for event in self._told(raw):
                    yield event
            if time.monotonic() - self._beat >= self._heartbeat_s:
                self._beat = time.monotonic()
                yield Heartbeat(self.last_id)

    def _told(self, raw: Entry) -> Iterator[Revision | Gap]:
        gap = gap_before(raw, self.last_id)
        if gap is not None:
            yield gap
        self.last_id = raw[0]
        try:
            revision = self._wanted.revision(raw)
        except Unreadable as error:
            log.error("%s: it is left out", error)
            return
        if revision is not None:
            yield revision

    def _hear(self) -> None:
        self.heard, self.away = time.time(), None

    async def _find_newest(self, redis: Redis) -> str:
        """The id of the newest entry; `0-0` when there is none."""
        async with limited(TIMEOUT_S, RedisUnavailable):
            entries = cast("list[Entry]", await redis.xrevrange(self._stream, count=1))
        return entries[0][0] if entries else START

    async def _page(self, redis: Redis, newest: str) -> list[Entry]:
        """What is stored after the last id, up to `newest`."""
        async with limited(TIMEOUT_S, RedisUnavailable):
            page = await redis.xrange(self._stream, min=f"({self.last_id}", max=newest, count=PAGE)
        self._hear()
        return cast("list[Entry]", page)

    async def _wait(self, redis: Redis) -> list[Entry]:
        """What came after the last id, waiting for it up to `BLOCK_MS`."""
        async with limited(TIMEOUT_S, RedisUnavailable):
            answer = await redis.xread({self._stream: self.last_id}, count=PAGE, block=BLOCK_MS)
        self._hear()
        found = cast("list[tuple[str, list[Entry]]]", answer or [])
        return [raw for _, entries in found for raw in entries]
