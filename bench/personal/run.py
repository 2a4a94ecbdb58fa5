"""A whole study: simulated weeks through every system, real recordings, and the figures of both."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from bench.cores import share_out
from bench.machine import machine, today
from bench.personal import compare, count
from bench.personal.curves import Tally
from bench.personal.figures import Study
from bench.personal.play import Outcome, System, Task, Way
from bench.personal.pool import run_all
from bench.personal.population import measure
from bench.personal.real import real
from bench.personal.world import World, groups
from streams.errors import UserError

SHIPPED, ANSWERED = Way(), Way(answered=0.3)
SCALES = (1.0, 2.0, 1.6, 1.3, 1.15, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3)
STRICTER = (1.0, 1.1, 1.25, 1.4, 1.6, 2.0)
"""Own normal where thresholds made of the population can't find as much as it does as it ships."""
CURVE = tuple(map(Way, STRICTER))
OWN, POPULATION = "own normal", "population"
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
    systems = _systems(world, parts, tell)
    found = _play(world, systems, processes, tell)
    own, others = _under([SHIPPED], systems[0], found[OWN]), found.get(POPULATION, [])
    answered = _under([ANSWERED], systems[0], found[OWN])
    population = None
    if others:
        curve = _under(CURVE, systems[0], found[OWN])
        population = compare.population(Tally.of(STRICTER, curve), Tally.of(SCALES, others))
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
        population=population,
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
    """Own normal, decided in all ways at once, and then everyone's usual."""
    ways = [SHIPPED]
    if "answers" in parts and world.days > LONG_ENOUGH:
        ways.append(ANSWERED)
    if "population" not in parts:
        return [System(OWN, tuple(ways))]
    tell("pooling what is usual", 0.0)
    everyone = measure(world.others, world.other_days)
    swept = tuple(map(Way, SCALES))
    return [System(OWN, (*ways, *CURVE[1:])), System(POPULATION, swept, everyone)]


def _under(ways: Sequence[Way], system: System, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """What came out under these ways; nothing where the system was not decided so."""
    if not set(ways) <= set(system.ways):
        return []
    return [outcome.under(*map(system.ways.index, ways)) for outcome in outcomes]


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
