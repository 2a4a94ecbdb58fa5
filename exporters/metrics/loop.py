"""How late the event loop wakes a task: what a process of one loop has for a pulse."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

BEAT_S = 0.2
STANDS_S = 15.0


class LoopPulse:
    """Beats five times a second and tells how late each beat came. `trouble` may be asked by any thread."""

    def __init__(self, on_delay: Callable[[float], None]) -> None:
        self._on_delay = on_delay
        self._last = time.monotonic()

    async def run(self) -> None:
        """Beat for ever."""
        while True:
            began = self._last = time.monotonic()
            await asyncio.sleep(BEAT_S)
            self._on_delay(max(0.0, time.monotonic() - began - BEAT_S))

    def trouble(self) -> str | None:
        """What is wrong if the loop has stood still for long; None while it turns."""
        stood = time.monotonic() - self._last
        return f"the event loop has stood still for {stood:.0f} s" if stood > STANDS_S else None
