"""What the API reads from Redis, over one client with bounded calls."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self, cast

import msgspec
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import ResponseError

from exporters.alerts.connection import limited, open_client
from exporters.alerts.errors import RedisUnavailable
from exporters.alerts.keys import PRIORITIES, Keys
from exporters.api.positions import BEGINNING, Position, position
from exporters.api.ring import Event
from streams.malformed import MALFORMED
from streams.records import Alert

PAGE = 500
TIMEOUT_S = 5.0
AT_ONCE = 16
"""Requests that may wait for Redis at one time: connections are bounded, however many ask."""
Entry = tuple[str, dict[str, str]]
"""A stream entry as redis-py gives it: id and fields."""

FACTS = ("priority", "status", "wearer")

log = logging.getLogger(__name__)
_decode = msgspec.json.Decoder(Alert).decode


@dataclass(frozen=True, slots=True)
class Page:
    """Entries after a place, and the whole stream at the same moment.

    `oldest` is what the stream keeps, the beginning where it is empty; `newest` the last id that it ever
    gave; `previous` the entry that was written before the first of these, where that is known; `first` and
    `end` those that were looked at, also where they are no alerts.
    """

    oldest: Position
    newest: Position
    events: list[Event]
    previous: Position | None = None
    first: Position | None = None
    end: Position | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """One open alert without its body: what pages are made of."""

    id: str
    position: Position
    fields: dict[str, str]


class Store:
    """Alerts in Redis. Every call raises RedisUnavailable when the server does not answer in time."""

    def __init__(self, redis: Redis, keys: Keys | None = None) -> None:
        self._redis = redis
        self._keys = keys or Keys()
        self._gate = asyncio.Semaphore(AT_ONCE)

    @classmethod
    def connect(cls, url: str) -> Self:
        """A store at a Redis URL. Connects at the first call. Raises ValueError when the URL is none."""
        return cls(open_client(url, TIMEOUT_S, decode_responses=True))

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    async def newest(self) -> Position:
        """The last id that the stream ever gave."""
        return (await self.after(BEGINNING, 1)).newest

    async def after(self, place: Position, count: int) -> Page:
        """Up to `count` entries after a place, oldest first."""
        async with limited(TIMEOUT_S, RedisUnavailable), self._gate, self._redis.pipeline() as pipe:
            pipe.xinfo_stream(self._keys.stream)
            pipe.xrange(self._keys.stream, min=f"({place}", count=count)
            info, entries = await pipe.execute(raise_on_error=False)
        if isinstance(info, ResponseError) and "no such key" in str(info):
            return Page(BEGINNING, BEGINNING, [])
        _raise_first(info, entries)
        return _page(info, entries)

    async def before(self, place: Position | None, count: int) -> list[Entry]:
        """Up to `count` entries before a place (None = the end), newest first, not decoded."""
        if place == BEGINNING:  # Redis knows nothing before it, and says so by an error
            return []
        end = "+" if place is None else f"({place}"
        async with limited(TIMEOUT_S, RedisUnavailable), self._gate:
            return cast("list[Entry]", await self._redis.xrevrange(self._keys.stream, max=end, count=count))

    async def current(self, alert_id: str) -> Event | None:
        """An alert as it is now, open or over; None when it is not known (any more)."""
        return (await self.currents([alert_id]))[0]

    async def currents(self, alert_ids: Sequence[str]) -> list[Event | None]:
        """Alerts as they are now, one for each id."""
        found = await self._hashes(alert_ids, ("stream_id", "body"))
        return [None if body is None else _event(at, body) for at, body in found]

    async def places(self, alert_ids: Sequence[str]) -> list[str | None]:
        """The stream id of each alert's newest revision."""
        return [at for (at,) in await self._hashes(alert_ids, ("stream_id",))]

    async def life(self, alert_id: str) -> list[Event]:
        """What is kept of an alert's life, oldest first, less what the stream has trimmed."""
        async with limited(TIMEOUT_S, RedisUnavailable), self._gate, self._redis.pipeline(False) as pipe:
            ids = cast("list[str]", await _answer(self._redis.lrange(self._keys.life(alert_id), 0, -1)))
            for stream_id in ids:
                pipe.xrange(self._keys.stream, min=stream_id, max=stream_id)
            found: list[list[Entry]] = await pipe.execute()
        read = [event_of(entry) for entries in found for entry in entries]
        events = [event for event in read if event is not None]
        now = await self.current(alert_id)
        # Of an alert that was over long ago, what it was at last outlives the stream.
        return events if now is None or (events and events[-1].position >= now.position) else [*events, now]

    async def silences(self) -> AsyncGenerator[list[Event], None]:
        """Pages of alerts with a snooze, the one that ends last first."""
        start, ids = 0, [""]
        while ids:
            async with limited(TIMEOUT_S, RedisUnavailable), self._gate:
                answer = self._redis.zrange(self._keys.silences, start, start + PAGE - 1, desc=True)
                ids = cast("list[str]", await _answer(answer))
            start += PAGE
            yield [event for event in await self.currents(ids) if event is not None and event.alert.snooze]

    async def clocks(self, wearers: Sequence[str]) -> list[int]:
        """How far the data of each wearer are judged, ms UTC; 0 where that is not known."""
        async with limited(TIMEOUT_S, RedisUnavailable), self._gate, self._redis.pipeline(False) as pipe:
            for wearer in wearers:
                pipe.hget(self._keys.risk(wearer), "time")
            return [int(time or 0) for time in await pipe.execute()]

    async def open_alerts(self, wearers: Iterable[str] | None) -> list[Facts]:
        """Facts of all open alerts, or of those of these wearers."""
        names = [self._keys.active(priority) for priority in PRIORITIES]
        if wearers is not None:
            names = [self._keys.active_of(wearer) for wearer in wearers]
        async with limited(TIMEOUT_S, RedisUnavailable), self._gate, self._redis.pipeline(False) as pipe:
            for name in names:
                pipe.zrange(name, 0, -1)
            ids = [alert_id for answer in await pipe.execute() for alert_id in answer]
        rows = zip(ids, await self._hashes(ids, ("stream_id", *FACTS)), strict=True)
        return [
            Facts(alert_id, position(row[0]), dict(zip(FACTS, row[1:], strict=True)))
            for alert_id, row in rows
            if row[0] is not None
        ]

    async def _hashes(self, alert_ids: Sequence[str], fields: tuple[str, ...]) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        for start in range(0, len(alert_ids), PAGE):
            async with limited(TIMEOUT_S, RedisUnavailable), self._gate, self._redis.pipeline(False) as pipe:
                for alert_id in alert_ids[start : start + PAGE]:
                    _hmget(pipe, self._keys.alert(alert_id), fields)
                rows += [tuple(row) for row in await pipe.execute()]
        return rows

    async def ping(self) -> None:
        """Ask the server for a sign of life."""
        async with limited(TIMEOUT_S, RedisUnavailable):
            await _answer(self._redis.ping())


def _hmget(pipe: Pipeline, name: str, fields: tuple[str, ...]) -> None:
    pipe.hmget(name, list(fields))


async def _answer(answer: object) -> object:
    """What a command gives: redis-py types some of them for both of its clients."""
    return await cast("Awaitable[object]", answer)


def _raise_first(*answers: object) -> None:
    for answer in answers:
        if isinstance(answer, Exception):
            raise RedisUnavailable.of(answer)


def _page(info: dict[str, Any], entries: list[Entry]) -> Page:
    oldest, previous = info["first-entry"], entries[0][1].get("previous") if entries else None
    return Page(
        BEGINNING if oldest is None else position(oldest[0]),
        position(info["last-generated-id"]),
        [event for event in map(event_of, entries) if event is not None],
        position(previous) if previous else None,
        position(entries[0][0]) if entries else None,
        position(entries[-1][0]) if entries else None,
    )


def event_of(entry: Entry) -> Event | None:
    """An entry of the stream, decoded; None when it is no alert of this version."""
    stream_id, fields = entry
    return _event(stream_id, fields.get("body", ""))


def _event(stream_id: str, body: str) -> Event | None:
    try:
        return Event(position(stream_id), _decode(body), body.encode())
    except MALFORMED:
        log.warning("entry %s of the stream is no alert of this version", stream_id)
        return None
