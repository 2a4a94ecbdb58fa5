"""Alerts as they are now: all that are open, or one by its id or the beginning of it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Sequence
from typing import cast

import msgspec
from redis.asyncio import Redis

from exporters.alerts.client import TIMEOUT_S
from exporters.alerts.connection import limited, open_client
from exporters.alerts.errors import RedisUnavailable
from exporters.alerts.events import Unreadable
from exporters.alerts.keys import PRIORITIES, Keys
from streams.malformed import MALFORMED
from streams.records import Alert, Priority

PAGE = 500
LEAST = 6
"""Characters of an id that find an alert that is out."""

_BEGINNING = re.compile(rf"[0-9a-f]{{{LEAST},}}")
_decode_alert = msgspec.json.Decoder(Alert)


async def find_alert(url: str, words: str) -> Alert | None:
    """The alert with this id, resolved or not; else the one that is out whose id begins so.

    Raises:
        ValueError: several ids begin so, `url` is none, or what is kept is no alert (`Unreadable`).
        RedisUnavailable: the server does not answer.
    """
    redis = open_client(url, TIMEOUT_S, decode_responses=True)
    try:
        async with limited(TIMEOUT_S, RedisUnavailable):
            return await _current(redis, words) or await _current(redis, await _whole(redis, words))
    finally:
        await redis.aclose()


async def open_alerts(
    url: str, *, priority: Priority | None = None, wearer: str | None = None
) -> list[Alert]:
    """Every alert that is open now, as it is now, the one that began first at the front.

    What a reader needs that begins, or that was told of a gap. What changes meanwhile comes by the stream.

    Raises:
        ValueError: `url` is none, or what is kept is no alert (`Unreadable`).
        RedisUnavailable: the server does not answer.
    """
    redis = open_client(url, TIMEOUT_S, decode_responses=True)
    try:
        ids = [name for key in _indexes(priority, wearer) for name in await _members(redis, key)]
        bodies = await bodies_of(redis, ids)
    finally:
        await redis.aclose()
    found = [alert_of(body) for body in bodies]
    wanted = [alert for alert in found if priority in (None, alert.priority) and alert.status != "resolved"]
    return sorted(wanted, key=lambda alert: alert.onset)


def _indexes(priority: Priority | None, wearer: str | None) -> list[str]:
    """The sets that hold the ids; the smallest there are."""
    if wearer is not None:
        return [Keys().active_of(wearer)]
    return [Keys().active(one) for one in ([priority] if priority else PRIORITIES)]


async def _members(redis: Redis, key: str) -> list[str]:
    async with limited(TIMEOUT_S, RedisUnavailable):
        return cast("list[str]", await redis.zrange(key, 0, -1))


def alert_of(body: str) -> Alert:
    """An alert as Redis keeps it.

    Raises:
        Unreadable: it is none of this version.
    """
    try:
        return _decode_alert.decode(body)
    except MALFORMED as error:
        raise Unreadable("what Redis keeps is no alert of this version") from error


async def bodies_of(redis: Redis, ids: Sequence[str]) -> list[str]:
    """The alerts of these ids as JSON, a page at a time; of those that Redis still has.

    Raises:
        RedisUnavailable: the server does not answer.
    """
    pages = [await _page(redis, ids[start : start + PAGE]) for start in range(0, len(ids), PAGE)]
    return [body for page in pages for body in page if body is not None]


async def _page(redis: Redis, ids: Sequence[str]) -> list[str | None]:
    pipe = redis.pipeline(transaction=False)
    for alert_id in ids:
        pipe.hget(Keys().alert(alert_id), "body")
    async with limited(TIMEOUT_S, RedisUnavailable):
        return cast("list[str | None]", await pipe.execute())


async def _current(redis: Redis, alert_id: str) -> Alert | None:
    body = await cast("Awaitable[str | None]", redis.hget(Keys().alert(alert_id), "body"))
    return None if body is None else alert_of(body)


async def _whole(redis: Redis, words: str) -> str:
    """The one id among those that are out that begins so; the words as they came where none does."""
    if not _BEGINNING.fullmatch(words):
        return words
    found = {
        alert_id
        for priority in PRIORITIES
        async for alert_id, _ in redis.zscan_iter(Keys().active(priority), f"{words}*", count=1000)
    }
    if len(found) > 1:
        raise ValueError(f"{len(found)} alerts begin with {words}: give more of the id")
    return found.pop() if found else words
