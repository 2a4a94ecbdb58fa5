"""Following the stream of alerts: from new ones and those open at first, by position afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import aclosing
from typing import cast

import msgspec
from redis.asyncio import Redis

from exporters.alerts.client import TIMEOUT_S, AlertStream
from exporters.alerts.connection import limited, open_client
from exporters.alerts.current import bodies_of
from exporters.alerts.errors import RedisUnavailable
from exporters.alerts.events import NEW_ONLY, START, Away, Event, Gap, Heartbeat, Revision, place
from exporters.alerts.keys import PRIORITIES, Keys
from exporters.deliveries.lane import wall_ms
from exporters.deliveries.measures import DeliveryMetrics
from exporters.deliveries.outbox import Outbox
from exporters.deliveries.router import Router
from streams.logs import get_log
from streams.records import Alert

log = get_log(__name__)

AGAIN_S = 5.0
_decode = msgspec.json.Decoder(Alert).decode


class Follower:
    """Routes every revision of the stream, once each."""

    def __init__(self, url: str, outbox: Outbox, router: Router, metrics: DeliveryMetrics) -> None:
        self._url = url
        self._outbox = outbox
        self._router = router
        self._metrics = metrics
        self.settled = asyncio.Event()
        """Set when all that was in the stream at the start is routed."""
        self._goal: str | None = None

    async def run(self) -> None:
        """Read for ever; whatever Redis does, it is asked again."""
        while True:
            stream = AlertStream(self._url, since=self._outbox.place or NEW_ONLY)
            try:
                async with aclosing(stream.events()) as events:
                    async for event in events:
                        await self._take(event)
            except RedisUnavailable as error:
                log.error("%s; trying again", error)
            await asyncio.sleep(AGAIN_S)

    async def _take(self, event: Event) -> None:
        match event:
            case Revision():
                self._router.take(event.id, event.alert, wall_ms())
            case Gap():
                self._metrics.gap()
                log.warning(
                    "revisions are gone: going on with what is open", after=event.after, before=event.before
                )
                await self._begin(event.before)
            case Heartbeat():
                self._goal = self._goal or event.newest
                if self._outbox.place is None:
                    log.info("first start: going on with what is open, and what is new")
                    await self._begin(event.newest)
            case Away():
                log.warning("alerts can't be read; trying again", kind=event.kind)
                return
        self._metrics.read(wall_ms())
        if place(self._outbox.place or START) >= place(self._goal or START):
            self.settled.set()

    async def _begin(self, where: str) -> None:
        """Go on at a place with the alerts as they are now.

        What changes meanwhile comes by the stream as well, and is known then.
        """
        self._router.begin(where, await current_alerts(self._url, self._outbox.open_alerts()), wall_ms())


async def current_alerts(url: str, known: Iterable[str]) -> list[Alert]:
    """Every open alert as it is now, and those of `known` (ids) that have ended; by time of change.

    Raises:
        RedisUnavailable: the server does not answer.
    """
    redis = open_client(url, TIMEOUT_S, decode_responses=True)
    try:
        ids = sorted({*known, *await _open_ids(redis)})
        bodies = await bodies_of(redis, ids)
    finally:
        await redis.aclose()
    alerts = [_alert(body) for body in bodies]
    return sorted((alert for alert in alerts if alert is not None), key=lambda alert: alert.updated)


def _alert(body: str) -> Alert | None:
    try:
        return _decode(body)
    except msgspec.MsgspecError:
        log.error("an open alert can't be read: it is of another version, and nobody is told of it")
        return None


async def _open_ids(redis: Redis) -> list[str]:
    async with limited(TIMEOUT_S, RedisUnavailable):
        found = [await redis.zrange(Keys().active(priority), 0, -1) for priority in PRIORITIES]
    return [name for names in cast("list[list[str]]", found) for name in names]
