"""How long partitions stand while workers come and go."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Protocol


class PauseMetrics(Protocol):
    """What is told of rebalances."""

    def rebalanced(self, partitions: int) -> None:
        """A rebalance gave so many partitions to this worker."""

    def recovered(self, seconds: float) -> None:
        """The state of the partitions given was read."""

    def resumed(self, seconds: float) -> None:
        """A partition goes on, so long after the rebalance."""

    def took_over(self, log_ms: int, now: float | None = None) -> None:
        """The first record decided of a partition after a rebalance has this log time."""


class Pauses:
    """Measures each partition from the rebalance on, until its first record is decided.

    A partition that stood through several rebalances stands since the first of them.
    """

    def __init__(
        self,
        metrics: PauseMetrics,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._metrics, self._clock, self._wall = metrics, clock, wall
        self._began: float | None = None
        self._given = 0.0
        self._standing: dict[int, float] = {}

    def revoked(self) -> None:
        """The partitions of this worker were revoked."""
        if self._began is None:
            self._began = self._clock()

    def given(self, numbers: Iterable[int]) -> None:
        """Partitions were given; their state is still to be read."""
        self._given = self._clock()
        began = self._given if self._began is None else self._began
        self._standing = {number: self._standing.get(number, began) for number in numbers}
        self._metrics.rebalanced(len(self._standing))

    def recovered(self) -> None:
        """Their state was read: chunks come in."""
        self._began = None
        self._metrics.recovered(self._clock() - self._given)

    def idle(self, number: int) -> None:
        """Nothing waits in a partition: it does not stand."""
        if self._began is None:
            self._standing.pop(number, None)

    def decided(self, number: int, log_ms: int) -> None:
        """A chunk of a partition was decided; log time (ms) of its first record."""
        began = self._standing.pop(number, None)
        if began is not None:
            now = self._wall()
            # A record that came after the rebalance has waited since it came, not since that.
            self._metrics.resumed(min(self._clock() - began, max(0.0, now - log_ms / 1000)))
            self._metrics.took_over(log_ms, now)
