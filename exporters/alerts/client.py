"""Reading alerts: every revision in the order of the stream, from any place, once or for ever."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import cast

import msgspec
from redis.asyncio import Redis

from exporters.alerts.connection import limited, open_client
from exporters.alerts.errors import RedisUnavailable
from exporters.alerts.keys import Keys
from streams.records import Alert, Priority

BEGINNING = "0"
NEW_ONLY = "$"
PAGE = 500
# A blocked read must end before the time limit of a request, or quiet hours would look like a failure.
BLOCK_MS = 1000
TIMEOUT_S = 5.0

_POSITION = re.compile(r"\d+(-\d+)?|\$")
_decode_alert = msgspec.json.Decoder(Alert)

Fields = dict[str, str]
Entry = tuple[str, Fields]


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which revisions a reader wants; None = all."""

    priority: Priority | None = None
    wearer: str | None = None

    def wants(self, fields: Fields) -> bool:
        """Whether a stream entry passes; looks at its fields, not into its body."""
        return self.priority in (None, fields["priority"]) and self.wearer in (None, fields["wearer"])


async def read_alerts(
    url: str,
    since: str = BEGINNING,
    follow: bool = False,
    priority: Priority | None = None,
    wearer: str | None = None,
) -> AsyncGenerator[tuple[str, Alert], None]:
    """Revisions of alerts as (stream id, alert), oldest first.

    `since` is the stream id after which to begin: the last one a reader has seen, `0` for the oldest
    kept, `$` for new ones only. Without `follow` it ends where the stream ended when it began.

    Raises:
        ValueError: `since` is no stream id.
        RedisUnavailable: the server does not answer; go on later with the last id as `since`.
    """
    if not _POSITION.fullmatch(since):
        raise ValueError(f"{since!r} is no stream id: give one that was printed before, 0 or $")
    redis = open_client(url, TIMEOUT_S, decode_responses=True)
    wanted = AlertFilter(priority, wearer)
    try:
        async with aclosing(_entries(redis, Keys().stream, since, follow)) as entries:
            async for stream_id, fields in entries:
                if wanted.wants(fields):
                    yield stream_id, _decode_alert.decode(fields["body"])
    finally:
        await redis.aclose()


async def _entries(redis: Redis, stream: str, since: str, follow: bool) -> AsyncGenerator[Entry, None]:
    newest = await _newest(redis, stream)
    position = newest if since == NEW_ONLY else since
    if since != NEW_ONLY:
        async for entry in _history(redis, stream, since, newest):
            position = entry[0]
            yield entry
    while follow:
        for entry in await _wait(redis, stream, position):
            position = entry[0]
            yield entry


async def _newest(redis: Redis, stream: str) -> str:
    """The id of the newest entry; `0-0` when there is none."""
    async with limited(TIMEOUT_S, RedisUnavailable):
        entries = cast("list[Entry]", await redis.xrevrange(stream, count=1))
    return entries[0][0] if entries else "0-0"


async def _history(redis: Redis, stream: str, since: str, newest: str) -> AsyncGenerator[Entry, None]:
    position = since
    while page := await _page(redis, stream, position, newest):
        for entry in page:
            position = entry[0]
            yield entry


async def _page(redis: Redis, stream: str, position: str, newest: str) -> list[Entry]:
    """What is stored after `position`, up to `newest`."""
    async with limited(TIMEOUT_S, RedisUnavailable):
        return cast("list[Entry]", await redis.xrange(stream, min=f"({position}", max=newest, count=PAGE))


async def _wait(redis: Redis, stream: str, position: str) -> list[Entry]:
    """What came after `position`, waiting for it up to `BLOCK_MS`."""
    async with limited(TIMEOUT_S, RedisUnavailable):
        answer = await redis.xread({stream: position}, count=PAGE, block=BLOCK_MS)
    return [entry for _, entries in cast("list[tuple[str, list[Entry]]]", answer or []) for entry in entries]
