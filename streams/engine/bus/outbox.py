"""Alerts on their way to the sink: in order, again and again until they are taken."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from exporters.alerts.errors import SinkUnavailable
from streams.engine.state.partitions import Partition
from streams.logs import get_log
from streams.records import Alert

log = get_log(__name__)

BATCH = 200
WRITE_TIMEOUT_S = 10.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 10.0


class AlertWriter(Protocol):
    """Where alerts go. It ignores a revision that it knows."""

    async def write(self, alerts: Sequence[Alert]) -> None:
        """Write alerts in this order.

        Raises:
            SinkUnavailable: not all of them are known to be written.
        """


class OutboxMetrics(Protocol):
    """What the outbox tells."""

    def alert_taken(self, log_ms: int, now: float | None = None) -> None:
        """The sink has answered for an alert."""

    def pending_alerts(self, partition: int, count: int) -> None:
        """Alerts that wait."""

    def redis_error(self, kind: str) -> None:
        """A write failed."""

    def reading_stopped(self, stopped: bool) -> None:
        """Whether reading has stopped because too many wait."""


@dataclass(slots=True, eq=False)
class _Waiting:
    partition: Partition
    alert: Alert
    log_ms: int | None


class Outbox:
    """A queue with one writer. At `limit` waiting alerts it says so, and the agent stops reading."""

    def __init__(self, sink: AlertWriter, metrics: OutboxMetrics, limit: int) -> None:
        self._sink, self._metrics, self._limit = sink, metrics, limit
        self._waiting: deque[_Waiting] = deque()
        self._filled = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    @property
    def is_full(self) -> bool:
        """Whether reading has to wait."""
        return not self._room.is_set()

    def add(self, partition: Partition, alerts: Iterable[tuple[Alert, int | None]]) -> None:
        """Put alerts at the end, each with the log time (ms) of its cause where that is known."""
        self._waiting.extend(_Waiting(partition, alert, log_ms) for alert, log_ms in alerts)
        self._changed()

    def drop(self, partition: Partition) -> None:
        """Forget the alerts of a partition that is another worker's now: that one sends them."""
        self._waiting = deque(w for w in self._waiting if w.partition is not partition)
        self._changed()

    async def room(self) -> None:
        """Wait until fewer alerts wait than the limit."""
        await self._room.wait()

    async def run(self) -> None:
        """Write for ever."""
        pause = FIRST_PAUSE_S
        while True:
            await self._filled.wait()
            batch = [self._waiting[i] for i in range(min(BATCH, len(self._waiting)))]
            trouble = await self._write(batch)
            if trouble is None:
                pause = FIRST_PAUSE_S
                self._settle(batch)
                continue
            self._metrics.redis_error(trouble)
            log.warning("alert sink away: alerts wait", kind=trouble, waiting=len(self._waiting))
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(2 * pause, LONGEST_PAUSE_S)

    async def _write(self, batch: Sequence[_Waiting]) -> str | None:
        """None when the sink has taken the batch, else what is wrong, in a word."""
        try:
            async with asyncio.timeout(WRITE_TIMEOUT_S):
                await self._sink.write([waiting.alert for waiting in batch])
        except SinkUnavailable as error:
            return error.kind
        except TimeoutError:
            return "timeout"
        return None

    def _settle(self, batch: Sequence[_Waiting]) -> None:
        for waiting in batch:
            waiting.partition.taken.append(waiting.alert)
            if waiting.log_ms is not None:
                self._metrics.alert_taken(waiting.log_ms)
        done = set(map(id, batch))
        # `drop` can have changed the queue while the sink was writing.
        while self._waiting and id(self._waiting[0]) in done:
            self._waiting.popleft()
        self._changed()

    def _changed(self) -> None:
        _set(self._filled, bool(self._waiting))
        if self.is_full == (len(self._waiting) < self._limit):
            _set(self._room, self.is_full)
            self._metrics.reading_stopped(self.is_full)

    def report(self, numbers: Iterable[int]) -> None:
        """Tell the metrics how many alerts of each partition wait."""
        counts = Counter(waiting.partition.number for waiting in self._waiting)
        for number in numbers:
            self._metrics.pending_alerts(number, counts[number])


def _set(event: asyncio.Event, value: bool) -> None:
    if value:
        event.set()
    else:
        event.clear()
