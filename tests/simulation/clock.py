"""An event loop without a clock of its own: when all wait, time leaps to what comes next."""

from __future__ import annotations

import asyncio
import random
import selectors
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

THREAD_S = 0.002
"""Longest time that work in a thread takes."""
LONG_S, LONG = 3.0, 0.1
"""Longest time now and then, as when many wearers are built, and the chance of it."""


class Deadlock(Exception):
    """Everything waits for something that will never happen."""


class _Leaping(selectors.SelectSelector):
    """Never waits: gives the time it was to wait for to the loop."""

    loop: SimulatedLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Deadlock
        self.loop.now += max(timeout, 0.0)
        return []


@dataclass
class SimulatedThread:
    """Stands for an executor of one thread."""

    free: float = 0.0
    """When all it was given is done."""


class SimulatedLoop(asyncio.SelectorEventLoop):
    """Runs callbacks in an order that the seed alone decides, and counts them."""

    def __init__(self, rng: random.Random) -> None:
        self.now, self.steps, self._rng = 0.0, 0, rng
        self.long = 0
        """How often work in a thread took long."""
        selector = _Leaping()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        """Simulated seconds."""
        return self.now

    def _run_once(self) -> None:
        self.steps += len(self._ready) or 1  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        """Work in a thread takes its time, after what it has to do before; other things happen meanwhile."""
        answer = self.create_future()
        longest = THREAD_S
        if self._rng.random() < LONG:
            self.long += 1
            longest = LONG_S
        executor.free = max(executor.free, self.now) + self._rng.uniform(0, longest)
        self.call_at(executor.free, self._work, answer, func, args)
        return answer

    @staticmethod
    def _work(answer: asyncio.Future[Any], func: Callable[..., Any], args: tuple[Any, ...]) -> None:
        if answer.cancelled():
            return
        try:
            answer.set_result(func(*args))
        except Exception as error:
            answer.set_exception(error)


class SimulatedTime:
    """Stands for the module `time`: its clocks go by the loop, and looking at one takes a moment."""

    def __init__(self, loop: SimulatedLoop, rng: random.Random) -> None:
        self._loop, self._rng, self._spent = loop, rng, 0.0

    def monotonic(self) -> float:
        """The loop's time."""
        return self._loop.now

    def perf_counter(self) -> float:
        """Goes on a little with every look, so that slices of work end anywhere."""
        self._spent += self._rng.uniform(0, 0.004)
        return self._spent

    thread_time = perf_counter
