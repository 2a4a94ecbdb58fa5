"""Consumer groups: several processes share the alerts, each is handled by one of them, at least once."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from redis.exceptions import ResponseError

from exporters.alerts.client import BLOCK_MS, TIMEOUT_S, warn_of
from exporters.alerts.connection import Pauses, limited, open_client
from exporters.alerts.errors import LASTING, RedisUnavailable
from exporters.alerts.events import (
    BEGINNING,
    START,
    AlertFilter,
    Entry,
    Gap,
    Unreadable,
    check_position,
    gap_before,
)
from exporters.alerts.keys import Keys
from exporters.alerts.script import Argument, Script
from streams.records import Alert, Condition, Priority, Status

log = logging.getLogger(__name__)
T = TypeVar("T")

TAKE = Script.load("take.lua")
DEAD_KEPT = 10_000
"""Dead letters of a group that are kept."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How many entries a group has not been given (None = not known), has not acknowledged, has given up."""

    lag: int | None
    pending: int
    dead: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """An alert given to one consumer. It is given again, to any of them, until it is acknowledged."""

    id: str
    alert: Alert
    count: int
    """How often it was given, this time counted."""
    _done: Callable[[str], Awaitable[None]]

    async def acknowledge(self) -> None:
        """Say that it is handled. Waits for a server that is away."""
        await self._done(self.id)


@dataclass(frozen=True, slots=True)
class _Taken:
    raw: Entry | None
    count: int
    stood: str


class AlertGroup:
    """One consumer of a group, for `async for`: a delivery each time, to acknowledge when it is handled.

    First come those that this consumer was given before and did not acknowledge, then what others left
    for `claim_s` seconds (so `claim_s` is above the longest time that handling takes), then new ones. What
    was given `deliveries` times and never acknowledged goes to the group's dead letters.

    `consumer` is a name of one running process. A new group begins at `since`.

    Iterating raises:
        RedisUnavailable: the server refuses its credentials or has a certificate that is not trusted.
    """

    def __init__(
        self,
        url: str,
        group: str,
        consumer: str,
        *,
        since: str = BEGINNING,
        claim_s: float = 60.0,
        deliveries: int = 5,
        priority: Priority | None = None,
        at_least: Priority | None = None,
        condition: Condition | None = None,
        status: Status | None = None,
        wearer: str | None = None,
        on_gap: Callable[[Gap], None] = warn_of,
    ) -> None:
        """Connects when it is used. Raises ValueError when `url` is none or `since` is no stream id."""
        self.lost = 0
        """Entries that this consumer saw trimmed before they were acknowledged."""
        self._redis = open_client(url, TIMEOUT_S, decode_responses=True)
        self._keys = Keys()
        self._group, self._consumer = group, consumer
        self._since = check_position(since)
        self._limits = (round(claim_s * 1000), deliveries, DEAD_KEPT)
        self._wanted = AlertFilter(priority, at_least, condition, status, wearer)
        self._on_gap = on_gap
        self._own, self._where = START, START
        self._unanswered, self._newest = False, START

    async def __aiter__(self) -> AsyncGenerator[Delivery, None]:
        """Deliveries, for ever, over outages of the server."""
        self._own, self._unanswered = START, False
        await self._patiently(self._make)
        while True:
            taken = await self._patiently(self._take)
            if taken.raw is None:
                await self._patiently(partial(self._wait, taken.stood))
                continue
            try:
                revision = self._wanted.revision(taken.raw)
            except Unreadable as error:
                log.error("%s: it goes to the dead letters in time", error)
                continue
            if revision is None:
                await self._acknowledge(taken.raw[0])
            else:
                yield Delivery(revision.id, revision.alert, taken.count, self._acknowledge)

    async def standing(self) -> Standing:
        """How the group is doing now. Raises RedisUnavailable when the server does not answer."""
        async with limited(TIMEOUT_S, RedisUnavailable):
            groups = await self._redis.xinfo_groups(self._keys.stream)
            dead = await self._redis.xlen(self._keys.dead(self._group))
        for facts in groups:
            if facts["name"] == self._group:
                return Standing(facts["lag"], facts["pending"], dead)
        return Standing(None, 0, dead)

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    async def _make(self) -> None:
        """Make the group where there is none."""
        try:
            await self._redis.xgroup_create(self._keys.stream, self._group, self._since, mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise

    async def _take(self) -> _Taken:
        keys = [self._keys.stream, self._keys.dead(self._group)]
        # What an answer that was lost gave to this consumer comes before anything newer.
        own = self._own or (self._newest if self._unanswered else "")
        args: list[Argument] = [
            self._group,
            self._consumer,
            *self._limits,
            own,
            self._where,
            int(self._unanswered),
        ]
        self._unanswered = True
        try:
            answer = await TAKE.call(self._redis, keys, args)
        except ResponseError as error:
            if "NOGROUP" not in str(error) and "no such key" not in str(error):
                raise
            return await self._made_again()
        stream_id, flat, count, stood, self._own, self._where, lost, buried = answer
        self._unanswered = False
        self._tell(lost, buried)
        raw = (stream_id, dict(zip(flat[::2], flat[1::2], strict=True))) if stream_id else None
        if raw and stood:
            self._newest = stream_id
        gap = gap_before(raw, stood) if raw and stood else None
        if gap is not None:
            self._on_gap(gap)
        return _Taken(raw, count, stood)

    async def _made_again(self) -> _Taken:
        """The server has lost the group, so its data: begin with what it has now."""
        self._since, self._newest = BEGINNING, START
        await self._make()
        self._unanswered = False
        self._on_gap(Gap(START, START, "reset"))
        return _Taken(None, 0, START)

    def _tell(self, lost: int, buried: int) -> None:
        self.lost += lost
        if lost:
            log.warning("%d alerts were trimmed before group %s had handled them", lost, self._group)
        if buried:
            log.warning("%d alerts of group %s went to its dead letters", buried, self._group)

    async def _wait(self, stood: str) -> None:
        """Wait until there is more than the group has been given, up to `BLOCK_MS`."""
        await self._redis.xread({self._keys.stream: stood}, count=1, block=BLOCK_MS)

    async def _acknowledge(self, stream_id: str) -> None:
        await self._patiently(lambda: self._redis.xack(self._keys.stream, self._group, stream_id))

    async def _patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask again and again until there is an answer."""
        pauses = Pauses()
        while True:
            try:
                async with limited(TIMEOUT_S, RedisUnavailable):
                    return await ask()
            except RedisUnavailable as error:
                if error.kind in LASTING:
                    raise
                log.warning("alerts can't be read (%s); trying again", error.kind)
                await pauses.wait()
