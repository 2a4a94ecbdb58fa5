"""`vitalstream deliver` as one object: a reader, a clock, a lane for each receiver."""

from __future__ import annotations

import asyncio
import fcntl
import time
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path

from prometheus_client import CollectorRegistry

from exporters.deliveries.backoff import spread_ms
from exporters.deliveries.endpoints import Endpoints
from exporters.deliveries.follow import Follower
from exporters.deliveries.lane import Lane, wall_ms
from exporters.deliveries.measures import DeliveryMetrics
from exporters.deliveries.outbox import Outbox
from exporters.deliveries.overview import FILE
from exporters.deliveries.router import Router
from exporters.deliveries.routes import Routes
from exporters.deliveries.senders import senders_of
from streams.logs import get_log

log = get_log(__name__)

TICK_S = 1.0
EXPIRE_EVERY = 300
"""Ticks between two looks at what is too old."""
STALLED_S = 60.0
WAIT_S = 60
"""At a start nobody is escalated to before it is known what was answered meanwhile, or for so long."""
GRACE_S = 5.0
LOCK = "deliveries.lock"


class Deliveries:
    """Delivers alerts until it is cancelled.

    Raises:
        ValueError: a secret of the file is missing or wrong.
        OSError: the outbox can't be opened, or another process has it.
    """

    def __init__(
        self,
        url: str,
        routes: Routes,
        data_dir: Path,
        registry: CollectorRegistry,
        wait: Callable[[int], int] = spread_ms,
    ) -> None:
        self._routes = routes
        self._wait = wait
        self._metrics = DeliveryMetrics(registry, routes.receivers, routes.routes)
        self._senders = senders_of(routes)
        self._lock = _alone(data_dir)
        self._outbox = Outbox(data_dir / FILE)
        self._endpoints = Endpoints(data_dir / FILE)
        self._lanes = {name: self._lane(name) for name in routes.receivers}
        self._router = Router(routes, self._outbox, self._metrics, lambda name: self._lanes[name].wake())
        self._follower = Follower(url, self._outbox, self._router, self._metrics)
        self._ticked = time.monotonic()

    async def run(self, stop: asyncio.Event, grace_s: float = GRACE_S) -> None:
        """Read, route and send until `stop`; what is on its way then has `grace_s` to arrive."""
        lanes = self._lanes
        try:
            for name in self._outbox.waiting().keys() - self._lanes.keys():
                log.warning("messages wait for a receiver without routes", receiver=name)
            async with asyncio.TaskGroup() as tasks:
                running = [tasks.create_task(lane.run()) for lane in lanes.values()]
                others = [tasks.create_task(self._follower.run()), tasks.create_task(self._clock())]
                await stop.wait()
                for task in others:
                    task.cancel()
                await asyncio.gather(*(lane.stop(grace_s) for lane in lanes.values()))
                for lane_task in running:
                    lane_task.cancel()
        finally:
            for sender in self._senders.values():
                await sender.close()

    def close(self) -> None:
        """Close the outbox, so that another process may have it."""
        self._endpoints.close()
        self._outbox.close()
        self._lock.close()

    async def settled(self) -> None:
        """Returns when all that was in the stream at the start is routed."""
        await self._follower.settled.wait()

    def trouble(self) -> str | None:
        """What stands still; None while there is progress. Fit for `/healthz`."""
        if time.monotonic() - self._ticked > STALLED_S:
            return f"the deliverer has stood still for more than {STALLED_S:.0f} s"
        return None

    def _lane(self, name: str) -> Lane:
        sender = self._senders[name]
        return Lane(name, self._routes, self._outbox, self._endpoints, sender, self._metrics, self._wait)

    async def _clock(self) -> None:
        """Every second: escalation, what is shown; now and then what is too old."""
        ticks = 0
        while True:
            now = wall_ms()
            if self._follower.settled.is_set() or ticks > WAIT_S:
                self._router.tick(now)
            if ticks % EXPIRE_EVERY == 0:
                self._expire(now)
            self._show(now)
            self._ticked = time.monotonic()
            ticks += 1
            await asyncio.sleep(TICK_S)

    def _expire(self, now: int) -> None:
        lost = self._outbox.expire(now)
        for receiver in lost:
            self._metrics.lost(receiver, "expired")
        if lost:
            log.error("messages waited for three days and were given up", messages=len(lost))

    def _show(self, now: int) -> None:
        waiting = self._outbox.waiting()
        for name in self._routes.receivers:
            count, oldest = waiting.get(name, (0, now))
            disabled = self._endpoints.of(name).disabled is not None
            self._metrics.receiver(name, count, max(0, now - oldest) / 1000, disabled)


def _alone(folder: Path) -> TextIOWrapper:
    """Two processes at one outbox would send everything twice."""
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / LOCK).open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise BlockingIOError(f"another `vitalstream deliver` works in {folder}") from None
    return file
