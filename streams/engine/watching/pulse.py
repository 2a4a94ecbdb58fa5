"""Notices that this process stood still for so long that its partitions may be another worker's."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable
from types import FrameType

from streams.engine.watching.ends import leave

EXIT_ZOMBIE = 70
BEAT_S = 0.2
CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Goes on while the machine is suspended, where there is such a clock: Kafka goes on too."""


class Pulse:
    """The event loop's heartbeat. A pause beyond `limit_s` ends the process before it writes anything.

    Kafka gives a silent worker's partitions away after the session timeout; what the old owner writes
    later would come last in the changelog, and compaction would keep it. `check` is called before
    every write, and by the signal that follows a stop, so that nothing queued goes out first.
    """

    def __init__(self, limit_s: float, on_delay: Callable[[float], None] = lambda seconds: None) -> None:
        """`on_delay` is told at each beat how much later than asked for it came, s."""
        self._limit_s, self._on_delay = limit_s, on_delay
        self._last: float | None = None

    def check(self) -> None:
        """End the process if the loop stood still for too long."""
        if self._last is not None and _now() - self._last > self._limit_s:
            pause = _now() - self._last
            leave(
                f"stood still for {pause:.1f} s: leaving unwritten what another may be writing", EXIT_ZOMBIE
            )

    async def run(self) -> None:
        """Beat for ever."""
        self._last = _now()
        signal.signal(signal.SIGCONT, self._on_continue)
        try:
            while True:
                await asyncio.sleep(BEAT_S)
                self.check()
                now = _now()
                self._on_delay(now - self._last - BEAT_S)
                self._last = now
        finally:
            self._last = None

    def _on_continue(self, _number: int, _frame: FrameType | None) -> None:
        self.check()


def _now() -> float:
    return time.clock_gettime(CLOCK)
