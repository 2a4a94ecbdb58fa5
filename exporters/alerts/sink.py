"""The alert sink: writes alerts to Redis or Valkey, each revision once, in order, or says that it can't."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Self, cast

import msgspec
from redis.asyncio import Redis

from exporters.alerts.connection import limited, open_client
from exporters.alerts.errors import SinkUnavailable
from exporters.alerts.keys import PRIORITIES, Keys
from exporters.alerts.script import Argument, Script
from streams.records import Alert

__all__ = ["AlertSink", "SinkUnavailable"]

PUBLISH = Script.load("publish.lua")

# A script blocks the server while it runs: about a millisecond for a hundred alerts of 500 bytes (measured).
ALERTS_PER_CALL = 100
# "High" is reminded of without end: a life needs a bound.
LIFE_MOST = 200


class AlertSink:
    """Writes alerts to the stream, their state, lives and silences, and the index of active ones, atomically.

    Needs Redis 7 or Valkey, one primary (no Redis Cluster), `maxmemory-policy noeviction`.

    Idempotence rests on the alert's hash, which lives while the alert does and `keep_s` longer. So
    `keep_s` must exceed the age of anything that may be replayed into this sink: the retention of the
    topic `vitals` and of the stream. It is twice `trim_s` unless given.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        trim_s: int,
        keep_s: int | None = None,
        timeout_s: float = 2.0,
        keys: Keys | None = None,
    ) -> None:
        self._redis = redis
        self._keys = keys or Keys()
        self._timeout_s = timeout_s
        keep_ms = (keep_s or 2 * trim_s) * 1000
        self._header: tuple[Argument, ...] = (self._keys.hint, trim_s * 1000, keep_ms, LIFE_MOST)
        self._order = asyncio.Lock()

    @classmethod
    def connect(
        cls,
        url: str,
        trim_s: int,
        *,
        keep_s: int | None = None,
        timeout_s: float = 2.0,
        prefix: str = "vitalstream",
    ) -> Self:
        """A sink for `redis://`, `rediss://` or `unix://` URLs. Connects at the first write.

        `trim_s` is the age in seconds at which stream entries go, `timeout_s` bounds every call.

        Raises:
            ValueError: the URL is none.
        """
        return cls(
            open_client(url, timeout_s), trim_s=trim_s, keep_s=keep_s, timeout_s=timeout_s, keys=Keys(prefix)
        )

    async def write(self, alerts: Sequence[Alert]) -> None:
        """Write alerts in the order given; those known already (same or newer revision) change nothing.

        Calls never overtake each other. When this raises, a beginning of the batch may have been
        written: send the same batch again.

        Raises:
            SinkUnavailable: within `timeout_s` of each call of up to `ALERTS_PER_CALL` alerts.
        """
        async with self._order:
            for start in range(0, len(alerts), ALERTS_PER_CALL):
                async with limited(self._timeout_s, SinkUnavailable):
                    await self._publish(alerts[start : start + ALERTS_PER_CALL])

    async def ping(self) -> None:
        """Ask the server for a sign of life.

        Raises:
            SinkUnavailable: there is none within `timeout_s`.
        """
        async with limited(self._timeout_s, SinkUnavailable):
            await cast("Awaitable[object]", self._redis.ping())

    async def check(self) -> None:
        """Ask whether this user may write alerts, and write nothing.

        Raises:
            SinkUnavailable: there is no answer within `timeout_s`, or it is no.
        """
        async with limited(self._timeout_s, SinkUnavailable):
            await self._publish([])
            await self._redis.xtrim(self._keys.stream, minid="0-0")

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    async def _publish(self, alerts: Sequence[Alert]) -> None:
        keys = [
            self._keys.stream,
            *(self._keys.active(priority) for priority in PRIORITIES),
            self._keys.silences,
            self._keys.silences_kept,
            self._keys.newest,
        ]
        args = list(self._header)
        for alert in alerts:
            keys += (
                self._keys.alert(alert.id),
                self._keys.active_of(alert.wearer),
                self._keys.life(alert.id),
            )
            args += (alert.id, alert.revision, alert.priority, alert.status, alert.wearer, alert.condition)
            args += (alert.onset, alert.updated, alert.snooze.until if alert.snooze else 0)
            args.append(msgspec.json.encode(alert))
        await PUBLISH.call(self._redis, keys, args)
