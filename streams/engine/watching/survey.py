"""Looks at the ends of the logs: lag to show, help for what is silent, an end to what stands still."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from streams.engine.state.gate import Gate
from streams.engine.watching.ends import Standstill

PERIOD_S = 2.0
TURNS_FACTOR = 3.0
"""So many times the patience with a standing partition while others of a backlog move: they take turns."""
UNREADY_FACTOR = 10.0
"""So many times that patience a recovery may take: one that begins again and again reaches nothing."""
ANSWER_S = 5.0
UNANSWERED_FACTOR = 3.0
"""So many times the patience with a standing partition is the patience with a broker that does not answer."""


class Ends(Protocol):
    """Where the ends of partitions are asked."""

    async def end_offsets(self, tps: Iterable[Any]) -> Mapping[Any, int]:
        """The offsets behind the last records."""


class Survey:
    """Asks for the ends of the assigned partitions again and again.

    `assigned()` gives the partitions to look at, `gate_of(tp)` the gate that knows their position,
    `ready()` whether they are given and recovered, `recovered()` how far that is: a number that changes while
    it goes on. `excused()` tells whether reading was stopped on purpose. `report(tp, position, end)` gets
    what was seen.

    Raises:
        Standstill: from `run`.
    """

    def __init__(
        self,
        ends: Callable[[], Ends],
        gate_of: Callable[[Any], Gate],
        assigned: Callable[[], Iterable[Any]],
        ready: Callable[[], bool],
        recovered: Callable[[], int],
        excused: Callable[[], bool],
        report: Callable[[Any, int, int], None],
        patience_s: float,
    ) -> None:
        self._ends, self._gate_of, self._assigned = ends, gate_of, assigned
        self._ready, self._recovered, self._excused, self._report = ready, recovered, excused, report
        self._patience_s = patience_s
        self._marks: dict[Any, tuple[int | None, float]] = {}
        self._answered = self._moved = self._settled = time.monotonic()

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await asyncio.sleep(PERIOD_S)
            await self.look()

    async def look(self) -> None:
        """Look once."""
        tps = list(self._assigned())
        ends = await self._ask(tps) if tps else {}
        now = time.monotonic()
        if not tps:
            self._settled = now
        self._marks = {tp: mark for tp, mark in self._marks.items() if tp in ends}
        for tp, end in ends.items():
            position = self._gate_of(tp).position(tp)
            if position is not None:
                self._report(tp, position, end)
            self._judge(tp, position, end, now)
            if self._ready() and not self._excused():
                await self._gate_of(tp).revive(tp, end)

    async def _ask(self, tps: list[Any]) -> Mapping[Any, int]:
        try:
            async with asyncio.timeout(ANSWER_S):
                ends = await self._ends().end_offsets(tps)
        except Exception as error:  # whatever the client raises while the broker is away
            if time.monotonic() - self._answered > UNANSWERED_FACTOR * self._patience_s:
                raise Standstill(f"no answer about the ends of the logs ({type(error).__name__})") from error
            return {}
        self._answered = time.monotonic()
        return ends

    def _judge(self, tp: Any, position: int | None, end: int, now: float) -> None:
        ready = self._ready()
        where = position if ready else self._recovered()
        done = position is not None and position >= end
        mark = self._marks.get(tp)
        moves = mark is None or mark[0] != where
        if mark is not None and moves and ready and not done:
            self._moved = now
        if ready:
            self._settled = now
        endless = now - self._settled > UNREADY_FACTOR * self._patience_s
        if (done or moves or self._excused()) and not endless:
            self._marks[tp] = (where, now)
        elif endless or (mark and now - mark[1] > self._patience_s * self._turns(now)):
            behind = "an unknown number of" if position is None else end - position
            state = "" if ready else ", not yet given or recovered"
            raise Standstill(f"{tp.topic}/{tp.partition} stands still: {behind} records to read{state}")

    def _turns(self, now: float) -> float:
        """More patience while other partitions that are behind move."""
        return TURNS_FACTOR if now - self._moved < self._patience_s else 1.0
