"""A circuit breaker: after failures in a row, nobody waits for an endpoint that does not work."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Breaker:
    """Opens after `failures` in a row; `pause_s` later one attempt is let through."""

    failures: int = 3
    pause_s: float = 60.0
    clock: Callable[[], float] = time.monotonic
    _row: int = field(default=0, init=False)
    _opened: float = field(default=0.0, init=False)

    @property
    def closed(self) -> bool:
        """Whether an attempt may be made."""
        return self._row < self.failures or self.clock() - self._opened >= self.pause_s

    def begin(self) -> None:
        """An attempt is being made: others wait for how it ends while the breaker is open."""
        if self._row >= self.failures:
            self._opened = self.clock()

    def succeeded(self) -> None:
        """The endpoint works."""
        self._row = 0

    def failed(self) -> None:
        """The endpoint did not answer as asked."""
        self._row += 1
        self._opened = self.clock()
