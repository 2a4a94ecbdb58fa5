"""The latest risk of each wearer in Redis: offered as it comes, written together about once a second."""

from __future__ import annotations

import asyncio
import logging
from itertools import islice
from typing import Literal, Self

import msgspec
from redis.asyncio import Redis

from exporters.alerts.connection import Pauses, limited, open_client
from exporters.alerts.errors import SinkUnavailable
from exporters.alerts.keys import PRIORITIES, Keys
from exporters.alerts.script import Argument, Script
from streams.records import Priority, Risk

log = logging.getLogger(__name__)

WRITE = Script.load("riskboard.lua")
# A script blocks the server while it runs.
RISKS_PER_CALL = 200
LEVELS: tuple[Priority | Literal["none"], ...] = ("none", *reversed(PRIORITIES))
"""Harmless first."""
_LEVEL = 10**13
"""More than any time in ms until the year 2286; five levels of it are exact in a double."""


def score_of(level: Priority | Literal["none"], time: int) -> int:
    """The place of a wearer in the index: by level, then by time (ms UTC). Read it from above."""
    return LEVELS.index(level) * _LEVEL + time


class RiskBoard:
    """Takes every risk at once and writes the newest of each wearer, when Redis is there to take it.

    `offer` never waits. What waits is one risk a wearer, at most `limit` of them: beyond that the wearer that
    has waited longest goes (`dropped`). Nothing of it is the truth: the topic `risk` has every risk.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        keep_s: int,
        every_s: float = 1.0,
        limit: int = 100_000,
        timeout_s: float = 2.0,
        keys: Keys | None = None,
    ) -> None:
        self.dropped = 0
        self._redis = redis
        self._keep_ms = keep_s * 1000
        self._every_s, self._limit, self._timeout_s = every_s, limit, timeout_s
        self._keys = keys or Keys()
        self._waiting: dict[str, Risk] = {}

    @classmethod
    def connect(cls, url: str, keep_s: int, *, timeout_s: float = 2.0, prefix: str = "vitalstream") -> Self:
        """A board at a Redis URL that keeps a risk for `keep_s` seconds. Connects at the first write.

        Raises:
            ValueError: the URL is none.
        """
        return cls(open_client(url, timeout_s), keep_s=keep_s, timeout_s=timeout_s, keys=Keys(prefix))

    @property
    def waiting(self) -> int:
        """Wearers whose newest risk is not written yet."""
        return len(self._waiting)

    def offer(self, risk: Risk) -> None:
        """Take a risk, unless a newer one of its wearer waits."""
        known = self._waiting.get(risk.wearer)
        if known is not None and known.time > risk.time:
            return
        self._waiting[risk.wearer] = risk
        if len(self._waiting) > self._limit:
            del self._waiting[next(iter(self._waiting))]
            self.dropped += 1

    async def flush(self) -> None:
        """Write all that waits, some hundreds a call.

        Raises:
            SinkUnavailable: what was not written still waits.
        """
        left = len(self._waiting)
        while left > 0:
            batch = list(islice(self._waiting.values(), min(left, RISKS_PER_CALL)))
            async with limited(self._timeout_s, SinkUnavailable):
                await self._write(batch)
            left -= len(batch)
            for risk in batch:
                # A newer one may have been offered while the server was writing.
                if self._waiting.get(risk.wearer) is risk:
                    del self._waiting[risk.wearer]

    async def run(self) -> None:
        """Flush for ever, about once a second; wait longer while Redis is away."""
        pauses = Pauses(self._every_s, 30.0)
        while True:
            await asyncio.sleep(self._every_s)
            try:
                await self.flush()
                pauses.reset()
            except SinkUnavailable as error:
                log.warning("risks can't be written (%s): %d wait", error.kind, self.waiting)
                await pauses.wait()
            except Exception as error:  # what stands beside the worker must not end it
                log.error("risks can't be written (%s): %d wait", type(error).__name__, self.waiting)
                await pauses.wait()

    async def close(self) -> None:
        """Close the connections. Flush before."""
        await self._redis.aclose()

    async def _write(self, risks: list[Risk]) -> None:
        keys = [self._keys.risks, self._keys.risks_kept, *(self._keys.risk(risk.wearer) for risk in risks)]
        args: list[Argument] = [self._keep_ms]
        for risk in risks:
            body = msgspec.json.encode(risk)
            args += (risk.wearer, risk.time, risk.level, score_of(risk.level, risk.time), body)
        await WRITE.call(self._redis, keys, args)
