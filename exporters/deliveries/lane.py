"""A lane: what waits for one receiver, sent a few at a time. No lane waits for another."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from exporters.deliveries.backoff import LONGEST_S, MOST_ATTEMPTS, MOST_REFUSALS, SECOND_MS
from exporters.deliveries.endpoints import Endpoint, Endpoints
from exporters.deliveries.measures import DeliveryMetrics
from exporters.deliveries.outbox import Message, Outbox
from exporters.deliveries.outcomes import Failed, Outcome
from exporters.deliveries.routes import Routes
from exporters.deliveries.senders import Sender
from streams.logs import get_log

log = get_log(__name__)

_RESENDING = ""
"""What is busy beside alerts: an id that no alert has."""

LOOK_S = 1.0
"""How often a lane looks for what has become due, or for having been enabled, if nothing wakes it."""


def wall_ms() -> int:
    """Now, in ms of the wall clock."""
    return time.time_ns() // 1_000_000


async def _safely(sending: Awaitable[Outcome]) -> Outcome:
    """An error that nobody has thought of is a failure of this attempt, not the end of all lanes."""
    try:
        return await sending
    except Exception as error:  # its words may quote an address
        return Failed("error", f"an error in sending ({type(error).__name__})")


class Lane:
    """Sends what is due to one receiver; of each alert one message at a time, in order."""

    def __init__(
        self,
        name: str,
        routes: Routes,
        outbox: Outbox,
        endpoints: Endpoints,
        sender: Sender,
        metrics: DeliveryMetrics,
        wait: Callable[[int], int],
    ) -> None:
        self._name = name
        self._routes = routes
        self._outbox = outbox
        self._endpoints = endpoints
        self._sender = sender
        self._metrics = metrics
        self._wait = wait
        self._concurrency = routes.receivers[name].concurrency
        self._resend_s = getattr(routes.receivers[name], "resend_s", None)
        self._busy: set[str] = set()
        self._wake = asyncio.Event()
        self._said = -math.inf
        self._stopped = False

    def wake(self) -> None:
        """Something may be due."""
        self._wake.set()

    async def stop(self, seconds: float) -> None:
        """Begin nothing more; gives what is on its way so long to arrive."""
        self._stopped = True
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._busy:
                    self._wake.clear()
                    await self._wake.wait()

    async def run(self) -> None:
        """Send until cancelled; what is cut on its way is sent again, under the same id."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._wake.clear()
                self._begin(tasks)
                try:
                    async with asyncio.timeout(LOOK_S):
                        await self._wake.wait()
                except TimeoutError:
                    continue

    def _begin(self, tasks: asyncio.TaskGroup) -> None:
        """Start as many attempts as may run beside each other."""
        now = wall_ms()
        endpoint = self._endpoints.of(self._name)
        if self._stopped or endpoint.disabled is not None or endpoint.paused(now):
            return
        # Where the last attempt failed one at a time is enough to see whether it answers again.
        slots = (1 if endpoint.failures else self._concurrency) - len(self._busy)
        if slots <= 0:
            return
        for message in self._outbox.due(self._name, now, self._busy, slots):
            self._start(tasks, message.alert.id, partial(self._attempt, message))
        if (
            _RESENDING not in self._busy
            and self._resend_s is not None
            and time.monotonic() - self._said >= self._resend_s
        ):
            # By a clock that nobody sets: a wall clock set back would let it all expire over there.
            self._said = time.monotonic()
            self._start(tasks, _RESENDING, self._resend)

    def _start(self, tasks: asyncio.TaskGroup, key: str, work: Callable[[], Awaitable[None]]) -> None:
        self._busy.add(key)
        tasks.create_task(self._occupied(key, work))

    async def _occupied(self, key: str, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        finally:
            self._busy.discard(key)
            self.wake()

    async def _attempt(self, message: Message) -> None:
        self._outbox.tried(message.seq)
        detail = self._routes.detail(message.route, self._name)
        outcome = await _safely(self._sender.send(message, detail))
        now = wall_ms()
        if outcome is None:
            self._outbox.delivered(message, now)
            self._metrics.delivered(self._name, (now - message.accepted) / 1000)
        else:
            self._put_off(message, outcome, now)
        self._learn(outcome, now)

    async def _resend(self) -> None:
        standing = self._outbox.standing(self._name)
        alerts = [(alert, self._routes.detail(route, self._name)) for route, alert in standing]
        if alerts:
            self._learn(await _safely(self._sender.resend(alerts)), wall_ms())

    def _put_off(self, message: Message, failed: Failed, now: int) -> None:
        attempts = message.attempts + 1
        self._metrics.failed(self._name, failed.fault)
        if self._is_lost(message, failed, attempts):
            self._outbox.drop(message.seq)
            self._metrics.lost(self._name, "refused")
            log.error(
                "a receiver takes others, but not one message: given up",
                receiver=self._name,
                fault=failed.words,
            )
            return
        self._outbox.put_off(message.seq, now + self._wait(attempts))

    def _is_lost(self, message: Message, failed: Failed, attempts: int) -> bool:
        """Whether it is this message that is not wanted, so that later ones of its alert need not wait."""
        if failed.fault == "refused":
            return attempts >= MOST_REFUSALS
        last = self._endpoints.of(self._name).last_delivered
        return attempts >= MOST_ATTEMPTS and last is not None and last > message.accepted

    def _learn(self, outcome: Outcome, now: int) -> None:
        before = self._endpoints.of(self._name)
        if outcome is None:
            if before.failures:
                log.info("a receiver answers again", receiver=self._name)
                self._outbox.hurry(self._name, now)
            self._endpoints.delivered(self._name, now)
            return
        asked = min(outcome.retry_after_s or 0, LONGEST_S)
        after = self._endpoints.failed(self._name, outcome, now, round(asked * SECOND_MS))
        self._tell(before, after)

    def _tell(self, before: Endpoint, after: Endpoint) -> None:
        if after.disabled is not None and before.disabled is None:
            advice = f"`vitalstream routes enable {self._name}` begins again"
            log.error("a receiver is disabled", receiver=self._name, why=after.disabled, advice=advice)
        elif before.failures == 0:
            log.warning("a receiver does not take messages", receiver=self._name, fault=after.last_fault)
