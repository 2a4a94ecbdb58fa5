"""Tasks over processes, with what they have done so far."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from multiprocessing.queues import Queue
from queue import Empty

from bench.personal.play import Outcome, Task, play

Done = Callable[[int, float], None]
"""Hears that a task (by its number) has lived through so many days."""
LOOK_S = 0.5

_said: Queue[tuple[int, float]] | None = None


def run_all(tasks: Sequence[Task], processes: int, done: Done) -> Iterator[Outcome]:
    """Run tasks, in their order, in `processes` processes; gives outcomes as they come."""
    context = multiprocessing.get_context("spawn")
    said: Queue[tuple[int, float]] = context.Queue()
    with ProcessPoolExecutor(processes, context, _join, (said,)) as pool:
        waiting = {pool.submit(_play, number, task) for number, task in enumerate(tasks)}
        while waiting:
            ready, waiting = wait(waiting, LOOK_S, FIRST_COMPLETED)
            _tell(said, done)
            for future in ready:
                yield future.result()


def _tell(said: Queue[tuple[int, float]], done: Done) -> None:
    while True:
        try:
            done(*said.get_nowait())
        except Empty:
            return


def _join(said: Queue[tuple[int, float]]) -> None:
    global _said
    _said = said


def _play(number: int, task: Task) -> Outcome:
    last = 0.0

    def progress(days: float) -> None:
        nonlocal last
        if days - last >= 0.05 and _said is not None:
            last = days
            _said.put((number, days))

    return play(task, progress)
