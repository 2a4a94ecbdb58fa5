"""Outcomes of made-up runs: one group of two wearers over fourteen days."""

from __future__ import annotations

from bench.personal.play import Outcome, System, Task
from bench.personal.scoring import Taken
from bench.personal.world import Group, World
from streams.gateways.simulator import Episode, Treatment
from streams.records import Alert, Source

DAY = 86_400_000
HOUR = 3_600_000
NAMES = ("ann", "bob")


def alert(
    identity: str,
    condition: str,
    at: float,
    *,
    priority: str = "medium",
    wearer: str = "ann",
    ended: bool = False,
) -> Alert:
    """One revision at day `at`; the second one, resolved, when `ended`."""
    time, source = round(at * DAY), Source("vitals", 0, 0)
    status, revision = ("resolved", 2) if ended else ("raised", 1)
    return Alert(identity, revision, wearer, condition, status, priority, "", time, time, source)  # type: ignore[arg-type]


def episode(condition: str, start: float, end: float, wearer: str = "ann", **detail: float) -> Episode:
    """An episode from day to day."""
    return Episode(wearer, condition, round(start * DAY), round(end * DAY), True, detail)  # type: ignore[arg-type]


def outcome(
    truth: list[Episode],
    *alerts: list[Alert],
    treatments: list[Treatment] | None = None,
    answers: int = 0,
) -> Outcome:
    """The outcome of a run under as many policies as there are lists of alerts."""
    task = Task(System("made up"), Group(World(wearers=8), 0))
    sweep = [Taken(list(own), answers=answers) for own in alerts]
    return Outcome(task, 0, 14 * DAY, NAMES, truth, treatments or [], sweep[0], sweep)
