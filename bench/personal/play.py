"""One group's weeks through one system: a task that a process can take, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.core import make_core
from bench.personal.answers import Crowd, crowd
from bench.personal.population import Population, settle
from bench.personal.scoring import Core, Taken
from bench.personal.sweep import Panel, scaled
from bench.personal.world import Group
from streams.gateways.simulator import Episode, Simulation, Treatment

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class System:
    """How the core is set for a run."""

    name: str
    answered: float = 0.0
    """Share of alerts that are answered."""
    answering_days: float = 7.0
    """They are answered when told within the first days."""
    population: Population | None = None
    """Everyone's usual, when it takes the place of the own one."""
    scales: tuple[float, ...] = ()
    """How far from usual is far, by policy; none = the policy that ships, and alerts can be answered."""


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
    """By scale, where there are some."""


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

    if system.scales:
        policies = [scaled(maker.setting.policy, scale) for scale in system.scales]
        sweep = Panel(shard, maker, policies).run(simulation.packets(), reached)
    else:
        sweep = [Core(shard, _people(system, simulation)).run(simulation.packets(), reached)]
    span = simulation.start, simulation.end
    return Outcome(task, *span, names, simulation.truth, simulation.treatments, sweep[0], sweep)


def _people(system: System, simulation: Simulation) -> Crowd | None:
    if not system.answered:
        return None
    until = simulation.start + round(system.answering_days * DAY_MS)
    return crowd(system.answered, until, simulation.truth)
