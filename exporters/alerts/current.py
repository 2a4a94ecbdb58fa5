"""Alerts as they are now, found by their id or by the beginning of it."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from typing import cast

import msgspec
from redis.asyncio import Redis

from exporters.alerts.client import TIMEOUT_S
from exporters.alerts.connection import limited, open_client
from exporters.alerts.errors import RedisUnavailable
from exporters.alerts.keys import PRIORITIES, Keys
from streams.records import Alert

LEAST = 6
"""Characters of an id that find an alert that is out."""

_BEGINNING = re.compile(rf"[0-9a-f]{{{LEAST},}}")
_decode_alert = msgspec.json.Decoder(Alert)


async def find_alert(url: str, words: str) -> Alert | None:
    """The alert with this id, resolved or not; else the one that is out whose id begins so.

    Raises:
        ValueError: several ids begin so, or `url` is none.
        RedisUnavailable: the server does not answer.
    """
    redis = open_client(url, TIMEOUT_S, decode_responses=True)
    try:
        async with limited(TIMEOUT_S, RedisUnavailable):
            return await _current(redis, words) or await _current(redis, await _whole(redis, words))
    finally:
        await redis.aclose()


async def _current(redis: Redis, alert_id: str) -> Alert | None:
    body = await cast("Awaitable[str | None]", redis.hget(Keys().alert(alert_id), "body"))
    return None if body is None else _decode_alert.decode(body)


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
