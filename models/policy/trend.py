"""Whether a reading that is past its edge comes back by itself."""

from __future__ import annotations

import msgspec


class Trend(msgspec.Struct, array_like=True, gc=False):
    """Two earlier readings: how far past the edge they were, and when (ms UTC; 0 = none yet)."""

    older: float = 0.0
    older_time: int = 0
    newer: float = 0.0
    newer_time: int = 0

    def take(self, time: int, beyond: float, span_ms: int) -> None:
        """Take one reading. Marks lie half a span apart, so that the older is half a span to a span old."""
        if time < self.newer_time:
            return  # what comes late says nothing of where it goes
        if not self.newer_time or time - self.newer_time > span_ms:  # after a gap it starts anew
            self.older, self.older_time = beyond, time
            self.newer, self.newer_time = beyond, time
        elif time - self.newer_time >= span_ms // 2:
            self.older, self.older_time = self.newer, self.newer_time
            self.newer, self.newer_time = beyond, time

    def improving(self, time: int, beyond: float, better: float, span_ms: int) -> bool:
        """Whether the reading of this moment has come back by `better` since the older mark."""
        fresh = bool(self.older_time) and time - self.older_time <= 2 * span_ms
        return fresh and beyond <= self.older - better
