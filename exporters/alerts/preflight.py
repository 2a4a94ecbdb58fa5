"""What is asked of Redis before something starts that would else try for ever."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import cast

from exporters.alerts.client import TIMEOUT_S
from exporters.alerts.connection import limited, open_client
from exporters.alerts.errors import LASTING, RedisUnavailable
from exporters.alerts.keys import Keys
from streams.errors import UserError


async def check_reader(url: str) -> None:
    """Ask whether this user may read alerts. An outage passes: who starts waits for its end.

    Raises:
        UserError: trying again mends nothing, or `url` is none.
    """
    try:
        redis = open_client(url, TIMEOUT_S)
    except ValueError as error:
        raise UserError(f"VITALSTREAM_REDIS_URL: {error}") from None
    try:
        await refuse_lasting(_read(cast("Awaitable[object]", redis.xrevrange(Keys().stream, count=1))))
    finally:
        await redis.aclose()


async def refuse_lasting(asked: Awaitable[object]) -> None:
    """Wait for an answer. An outage passes.

    Raises:
        UserError: trying again mends nothing: the certificate, the password, what the user may.
    """
    try:
        await asked
    except RedisUnavailable as error:
        if error.kind in LASTING:
            raise UserError(str(error)) from error


async def _read(asked: Awaitable[object]) -> None:
    async with limited(TIMEOUT_S, RedisUnavailable):
        await asked
