"""A whole study: simulated weeks through every system, real recordings, and the figures of both."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

from bench.cores import share_out
from bench.figures import machine, today
from bench.personal import compare, count
from bench.personal.figures import Study
from bench.personal.play import Outcome, System, Task
from bench.personal.pool import run_all
from bench.personal.population import measure
from bench.personal.real import real
from bench.personal.world import World, groups
from streams.errors import UserError

OWN = System("own normal")
ANSWERED = System("own normal, alerts answered", answered=0.3)
POPULATION = System("population", scales=(1.3, 1.0, 0.8, 0.65, 0.5, 0.35, 0.2))
STRICTER = System("own normal, stricter", scales=(1.25, 1.6, 2.0, 2.6))
"""Only when thresholds made of the population can't find as much as own normal does."""
PARTS = ("answers", "population", "recordings")
"""What can be left out; own normal as it ships is always studied."""
LONG_ENOUGH = 7
"""Days from which on a second week can be compared."""
Tell = Callable[[str, float], None]
"""Hears what is being done, and which share of all of it is done."""


def run(
    world: World,
    processes: int,
    data: Path | None,
    tell: Tell,
    *,
    quick: bool = False,
    parts: Collection[str] = PARTS,
) -> Study:
    """Study a world; `data` is the folder of data sets to replay. Raises UserError."""
    began, before = time.monotonic(), machine(share_out())
    found = _play(world, _systems(world, parts, tell), processes, tell)
    own = found[OWN.name]
    others, answered = found.get(POPULATION.name), found.get(ANSWERED.name)
    if others and compare.out_of_reach(own, others):
        found |= _play(world, [STRICTER], processes, tell)
    stricter = found.get(STRICTER.name, [])
    recordings = {}
    if data is not None and "recordings" in parts:
        tell("replaying recordings", 1.0)
        recordings = real(data)
    return Study(
        date=today(),
        quick=quick,
        wearers=world.wearers,
        days=world.days,
        seed=world.seed,
        seconds=round(time.monotonic() - began, 1),
        processes=processes,
        machine=before,
        own=count.system(own),
        illness=count.illness(own),
        drift=count.drift(own),
        treatment=count.treatment(own),
        feedback=compare.feedback(own, answered) if answered else None,
        population=compare.population(own, stricter, others, POPULATION.scales) if others else None,
        real=recordings,
    )


def chosen(words: str) -> list[str]:
    """Give the parts named in words, comma between. Raises UserError for an unknown one."""
    named = [word.strip() for word in words.split(",") if word.strip()]
    unknown = sorted(set(named) - set(PARTS))
    if unknown:
        raise UserError(f"--parts {', '.join(unknown)}: there are {', '.join(PARTS)}")
    return named


def _systems(world: World, parts: Collection[str], tell: Tell) -> list[System]:
    systems = [OWN]
    if "answers" in parts and world.days > LONG_ENOUGH:
        systems.append(ANSWERED)
    if "population" in parts:
        tell("pooling what is usual", 0.0)
        systems.append(replace(POPULATION, population=measure(world.others, world.other_days)))
    return systems


def _play(world: World, systems: Sequence[System], processes: int, tell: Tell) -> dict[str, list[Outcome]]:
    tasks = [Task(system, group) for system in systems for group in groups(world)]
    whole = sum(task.group.wearers for task in tasks) * world.days
    days = dict.fromkeys(range(len(tasks)), 0.0)

    def done(number: int, reached: float) -> None:
        days[number] = reached
        lived = sum(days[n] * tasks[n].group.wearers for n in days)
        tell(f"{lived:,.0f} of {whole:,.0f} days", lived / whole)

    found: defaultdict[str, list[Outcome]] = defaultdict(list)
    for outcome in run_all(tasks, processes, done):
        found[outcome.task.system.name].append(outcome)
    tell(f"{whole:,.0f} of {whole:,.0f} days", 1.0)  # the last word of a process may come after its outcome
    for own in found.values():
        own.sort(key=lambda o: o.task.group.number)
    return found
