"""Ends a process whose event loop hangs: nothing that runs in the loop could."""

from __future__ import annotations

import asyncio
import faulthandler
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

from streams.engine.watching.ends import leave

BEAT_S = 1.0
LAST_RESORT = 1.5
"""So many times the patience a hang may last that lets no other thread of Python run."""


class Deadman:
    """While the loop beats, nothing happens. When it has not for `patience_s`, the process ends.

    Kafka would never know: heartbeats come from another thread, so a worker that is stuck in one record would
    keep its partitions for ever. Says where the loop stands, by file and line, since that names no data.
    """

    def __init__(self, patience_s: float, end: Callable[[str], None] = leave) -> None:
        self._patience_s, self._end = patience_s, end
        self._last = 0.0
        self._over = threading.Event()

    async def run(self) -> None:
        """Beat for ever, from the loop that is watched."""
        self._last = time.monotonic()
        watcher = threading.Thread(
            target=self._watch, args=(threading.get_ident(),), name="deadman", daemon=True
        )
        _arm(LAST_RESORT * self._patience_s)  # the watcher may never get to run
        watcher.start()
        try:
            while True:
                self._last = time.monotonic()
                await asyncio.sleep(BEAT_S)
        finally:
            self._over.set()

    def _watch(self, loop: int) -> None:
        while not self._over.wait(BEAT_S):
            _arm(LAST_RESORT * self._patience_s)
            pause = time.monotonic() - self._last
            if pause > self._patience_s:
                place = where(sys._current_frames().get(loop))
                self._end(f"the event loop hangs for {pause:.0f} s{place}")
                break
        faulthandler.cancel_dump_traceback_later()


def where(frame: FrameType | None) -> str:
    """In which line of which file a thread is."""
    return "" if frame is None else f" at {frame.f_code.co_filename}:{frame.f_lineno}"


def _arm(seconds: float) -> None:
    """Let the process end, with a traceback, unless this is called again in time: that needs no Python."""
    if sys.__stderr__ is not None:
        faulthandler.dump_traceback_later(seconds, exit=True, file=sys.__stderr__)
