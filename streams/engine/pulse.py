"""Notices that this process stood still for so long that its partitions may be another worker's."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from types import FrameType

log = logging.getLogger(__name__)

EXIT_ZOMBIE = 70
BEAT_S = 0.2


class Pulse:
    """The event loop's heartbeat. A pause beyond `limit_s` ends the process before it writes anything.

    Kafka gives a silent worker's partitions away after the session timeout; what the old owner writes
    later would come last in the changelog, and compaction would keep it. `check` is called before
    every write, and by the signal that follows a stop, so that nothing queued goes out first.
    """

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._last: float | None = None

    def check(self) -> None:
        """End the process if the loop stood still for too long."""
        if self._last is not None and time.monotonic() - self._last > self._limit_s:
            _die(time.monotonic() - self._last)

    async def run(self) -> None:
        """Beat for ever."""
        self._last = time.monotonic()
        signal.signal(signal.SIGCONT, self._on_continue)
        try:
            while True:
                await asyncio.sleep(BEAT_S)
                self.check()
                self._last = time.monotonic()
        finally:
            self._last = None

    def _on_continue(self, _number: int, _frame: FrameType | None) -> None:
        self.check()


def _die(pause_s: float) -> None:
    log.critical("stood still for %.1f s: leaving unwritten what another worker may be writing", pause_s)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(EXIT_ZOMBIE)
