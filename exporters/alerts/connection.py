"""Connections to Redis that end in time and can be cancelled."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from exporters.alerts.errors import RedisUnavailable


def open_client(url: str, connect_s: float, *, decode_responses: bool = False) -> Redis:
    """A client that reports an error at once; use it inside `limited`, it has no other time limit.

    One retry, and only for a connection found broken: it costs nothing when the server was
    restarted in between. What is sent must be idempotent: the first attempt may have arrived.

    Raises:
        ValueError: the URL is none, or names a CA file that is not there.
    """
    # No `socket_timeout`: with it redis-py sends inside `asyncio.wait_for`, which on Python 3.11 loses
    # a cancellation that comes as the send ends, so that a stop or a Ctrl-C would be ignored.
    client = Redis.from_url(
        url,
        socket_timeout=None,
        socket_connect_timeout=connect_s,
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        decode_responses=decode_responses,
        # An entry that somebody else wrote need not be text: it is one that can't be read, no end of reading.
        encoding_errors="replace",
        # Nobody has to be allowed CLIENT SETINFO, which Redis 7.0 has not got.
        driver_info=None,
    )
    trusted = client.connection_pool.connection_kwargs.get("ssl_ca_certs")
    if trusted is not None and not Path(trusted).is_file():
        raise ValueError(f"ssl_ca_certs of the Redis URL names no file: {trusted}")
    return client


@asynccontextmanager
async def limited(seconds: float, failure: type[RedisUnavailable]) -> AsyncGenerator[None, None]:
    """Bound requests to `seconds`, and turn every error of theirs into `failure`.

    redis-py closes a connection whose request was cancelled or ran out of time, so that a late
    answer can't reach the next caller; `tests/exporters/test_sink.py` holds it to that.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except (RedisError, OSError) as error:
        raise failure.of(error) from None


class Pauses:
    """How long to wait between attempts: longer each time, and never all readers at once."""

    def __init__(self, first_s: float = 0.1, longest_s: float = 5.0) -> None:
        self._first_s, self._longest_s = first_s, longest_s
        self._next_s = first_s

    async def wait(self) -> None:
        """Wait, and longer the next time."""
        seconds, self._next_s = self._next_s, min(2 * self._next_s, self._longest_s)
        await asyncio.sleep(seconds * random.uniform(0.5, 1.0))

    def reset(self) -> None:
        """An attempt went well: begin with the shortest again."""
        self._next_s = self._first_s
