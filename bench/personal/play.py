"""One group's weeks through one system: a task that a process can take, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bench.core import make_core
from bench.personal.answers import Crowd, crowd
from bench.personal.population import Population, settle
from bench.personal.scoring import Taken
from bench.personal.sweep import Panel, scaled
from bench.personal.world import Group
from streams.gateways.simulator import Episode, Simulation, Treatment

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Way:
    """How what was observed is decided; the default is as the core ships."""

    scale: float = 1.0
    """How far from usual is far."""
    answered: float = 0.0
    """Share of alerts that are answered."""
    answering_days: float = 7.0
    """They are answered when told within the first days."""


@dataclass(frozen=True, slots=True)
class System:
    """What is taken for usual in a run, and the ways to decide on it."""

    name: str
    ways: tuple[Way, ...] = (Way(),)
    population: Population | None = None
    """Everyone's usual, when it takes the place of the own one."""


@dataclass(frozen=True, slots=True)
class Task:
    """A group's run through a system."""

    system: System
    group: Group


@dataclass(slots=True)
class Outcome:
    """What a task gave; times are event times, ms UTC."""

    task: Task
    start: int
    end: int
    names: tuple[str, ...]
    """The group's wearers."""
    truth: list[Episode]
    treatments: list[Treatment]
    taken: Taken
    sweep: list[Taken]
    """By way to decide; `taken` is the first."""

    def under(self, *ways: int) -> Outcome:
        """Give what came out under these of the system's ways."""
        sweep = [self.sweep[way] for way in ways]
        return replace(self, taken=sweep[0], sweep=sweep)


def play(task: Task, progress: Callable[[float], None]) -> Outcome:
    """Run a task. `progress` hears the days that were lived through."""
    simulation, system = task.group.simulation(), task.system
    maker = make_core()
    shard = maker(task.group.number, {})
    names = simulation.cohort.names
    if system.population is not None:
        for name in names:
            settle(shard.book.page(name.encode()).wearer(name), system.population)

    def reached(now: int) -> None:
        progress((now - simulation.start) / DAY_MS)

    panel = Panel(shard, maker)
    for way in system.ways:
        panel.seat(scaled(maker.setting.policy, way.scale), _people(way, simulation))
    sweep = panel.run(simulation.packets(), reached)
    span = simulation.start, simulation.end
    return Outcome(task, *span, names, simulation.truth, simulation.treatments, sweep[0], sweep)


def _people(way: Way, simulation: Simulation) -> Crowd | None:
    if not way.answered:
        return None
    until = simulation.start + round(way.answering_days * DAY_MS)
    return crowd(way.answered, until, simulation.truth)
