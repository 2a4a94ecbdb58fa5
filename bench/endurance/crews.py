"""Workers that share one group, each on a processor of its own, and what they do together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack

import msgspec

from bench.cores import Cores
from bench.process import WORKER, Look, Program, program
from bench.stage import Stage
from streams.demo.children import environment
from streams.demo.figures import look
from streams.errors import UserError

PATIENCE_S = 900.0
ANSWER_S = 60.0
LOOK_S = 0.5


class Crew(msgspec.Struct, frozen=True):
    """Workers that share one group, each on a processor of its own, while all of them have work."""

    workers: int
    packets_per_s: float
    cpu_us: float
    processor_share: float
    """CPU seconds over wall seconds and workers: below 1 they waited, or others were at work there."""


def packets_read(running: Program, port: int) -> int:
    """Packets that came to an end. Raises UserError with a worker's last words when it has ended."""
    end = time.monotonic() + ANSWER_S
    while True:
        try:
            return look(port).read
        except OSError:  # a busy machine: asked again
            running.look(0)
            if time.monotonic() > end:
                raise
            time.sleep(LOOK_S)


def crew_on(servers: Stage, workers: int, total: int) -> Crew:
    """Start workers on a backlog; counts from when all of them have partitions until one has no work left."""
    place = servers.place()
    each = [place.cores, Cores(place.cores.others, place.cores.others)][:workers]
    with ExitStack() as held:
        running = [
            held.enter_context(program(WORKER, environment(place.settings), place.folder / f"{n}", cores))
            for n, cores in enumerate(each)
        ]
        ports = [int(one.said(PATIENCE_S)["metrics_port"]) for one in running]
        looks: list[list[Look]] = []
        end = time.monotonic() + PATIENCE_S
        while sum(one.done for one in looks[-1]) < total if looks else True:
            looks.append(
                [one.look(packets_read(one, port)) for one, port in zip(running, ports, strict=True)]
            )
            if time.monotonic() > end:
                raise UserError(f"{workers} workers did not come through {total} packets")
            time.sleep(LOOK_S)
    return together(looks)


def together(looks: Sequence[Sequence[Look]]) -> Crew:
    """What workers did while every one of them moved. Raises UserError when they never did."""
    workers = len(looks[0])
    moving = [
        n
        for n in range(1, len(looks))
        if all(a.done < b.done for a, b in zip(looks[n - 1], looks[n], strict=True))
    ]
    if len(moving) < 2:
        raise UserError(f"{workers} workers were never at work together: let the backlog be longer")
    first, last = looks[moving[0]], looks[moving[-1]]
    done, cpu = (sum(_gained(first, last, of)) for of in (lambda one: one.done, lambda one: one.cpu))
    wall = last[0].wall - first[0].wall
    return Crew(workers, round(done / wall, 1), round(cpu / done * 1e6, 1), round(cpu / wall / workers, 3))


def _gained(first: Sequence[Look], last: Sequence[Look], of: Callable[[Look], float]) -> list[float]:
    return [of(b) - of(a) for a, b in zip(first, last, strict=True)]
