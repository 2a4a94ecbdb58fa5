"""What the API reads from Redis, over one client with bounded calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
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
from streams.records import Alert

PAGE = 500
# A blocked read must end before the time limit of a request, or quiet hours would look like a failure.
BLOCK_MS = 1000
TIMEOUT_S = 5.0
AT_ONCE = 16
"""Requests that may wait for Redis at one time: connections are bounded, however many ask."""
Entry = tuple[str, dict[str, str]]
"""A stream entry as redis-py gives it: id and fields."""

FACTS = ("priority", "status", "wearer")

_decode = msgspec.json.Decoder(Alert).decode


@dataclass(frozen=True, slots=True)
class Span:
    """What the stream keeps: its oldest entry (None = it is empty) and the last id it ever gave."""

    oldest: Position | None
    newest: Position


@dataclass(frozen=True, slots=True)
class Page:
    """Entries after a place, and the span of the stream at the same moment."""

    span: Span
    events: list[Event]


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

    async def wait(self, place: Position) -> list[Event]:
        """What came after a place, waiting for it up to a second."""
        async with limited(TIMEOUT_S, RedisUnavailable):
            answer = await self._redis.xread({self._keys.stream: str(place)}, count=PAGE, block=BLOCK_MS)
        streams = cast("list[tuple[str, list[Entry]]]", answer)
        return [event_of(entry) for _, entries in streams for entry in entries]

    async def span(self) -> Span:
        """What the stream keeps now."""
        return (await self.after(BEGINNING, 1)).span

    async def after(self, place: Position, count: int) -> Page:
        """Up to `count` entries after a place, oldest first."""
        async with self._gate, limited(TIMEOUT_S, RedisUnavailable), self._redis.pipeline() as pipe:
            pipe.xinfo_stream(self._keys.stream)
            pipe.xrange(self._keys.stream, min=f"({place}", count=count)
            info, entries = await pipe.execute(raise_on_error=False)
        if isinstance(info, ResponseError) and "no such key" in str(info):
            return Page(Span(None, BEGINNING), [])
        _raise_first(info, entries)
        return Page(_span(info), [event_of(entry) for entry in entries])

    async def before(self, place: Position | None, count: int) -> list[Entry]:
        """Up to `count` entries before a place (None = the end), newest first, not decoded."""
        end = "+" if place is None else f"({place}"
        async with self._gate, limited(TIMEOUT_S, RedisUnavailable):
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

    async def open_alerts(self, wearers: Iterable[str] | None) -> list[Facts]:
        """Facts of all open alerts, or of those of these wearers."""
        names = [self._keys.active(priority) for priority in PRIORITIES]
        if wearers is not None:
            names = [self._keys.active_of(wearer) for wearer in wearers]
        async with self._gate, limited(TIMEOUT_S, RedisUnavailable), self._redis.pipeline(False) as pipe:
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
            async with self._gate, limited(TIMEOUT_S, RedisUnavailable), self._redis.pipeline(False) as pipe:
                for alert_id in alert_ids[start : start + PAGE]:
                    _hmget(pipe, self._keys.alert(alert_id), fields)
                rows += [tuple(row) for row in await pipe.execute()]
        return rows

    async def ping(self) -> None:
        """Ask the server for a sign of life."""
        async with limited(TIMEOUT_S, RedisUnavailable):
            await cast("Awaitable[object]", self._redis.ping())


def _hmget(pipe: Pipeline, name: str, fields: tuple[str, ...]) -> None:
    pipe.hmget(name, list(fields))


def _raise_first(*answers: object) -> None:
    for answer in answers:
        if isinstance(answer, Exception):
            raise RedisUnavailable.of(answer)


def _span(info: dict[str, Any]) -> Span:
    first = info["first-entry"]
    return Span(None if first is None else position(first[0]), position(info["last-generated-id"]))


def event_of(entry: Entry) -> Event:
    """An entry of the stream, decoded."""
    stream_id, fields = entry
    return _event(stream_id, fields["body"])


def _event(stream_id: str, body: str) -> Event:
    return Event(position(stream_id), _decode(body), body.encode())
