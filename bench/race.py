"""The race: every way over the same backlog, in turn, again and again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from bench.feed import fill
from bench.packets import Packet, save
from bench.process import Cost
from bench.stage import Stage
from bench.ways import AlertSet, Outcome, run_floor, run_plain, run_worker

Tell = Callable[[str], None]

OURS = "vitalstream"
FLOOR = "floor"
PLAIN = MappingProxyType({
    "faust": ("bench.plain_faust", "memory"),
    "faust_table": ("bench.plain_faust", "table"),
    "quix": ("bench.plain_quix",),
    "bytewax": ("bench.plain_bytewax",),
})  # fmt: skip
"""The programs that take one record after the other."""


def ways() -> tuple[str, ...]:
    """The names of all ways that this Python can run: Bytewax has no wheels for the newest."""
    found = [way for way in PLAIN if way != "bytewax" or find_spec("bytewax")]
    return (FLOOR, OURS, *found)


@dataclass(slots=True)
class Race:
    """What every way cost in every round, and what is wrong with the comparison, if anything."""

    costs: dict[str, list[Cost]] = field(default_factory=dict)
    alerts: dict[str, AlertSet] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    same_alerts: bool = True

    def take(self, way: str, outcome: Outcome) -> None:
        """Note one run."""
        self.costs.setdefault(way, []).append(outcome.cost)
        self.alerts.setdefault(way, outcome.alerts)
        differ = len(outcome.alerts ^ self.alerts[FLOOR])
        if differ:
            self.same_alerts = False
            self.warnings.append(
                f"{way}: {differ} of {len(self.alerts[FLOOR])} alerts differ from the floor's"
            )
        if outcome.missed:
            self.warnings.append(f"{way}: {outcome.missed} records were never scored")


def race(stage: Stage, packets: list[Packet], repeats: int, tell: Tell) -> Race:
    """Run every way `repeats` times over the packets; the ways take turns."""
    path, total = stage.folder / "packets", len(packets)
    save(packets, path)
    tell(f"{total:,} packets into Kafka")
    fill(stage.broker, packets)
    found = Race()
    for number in range(repeats):
        for way in ways():
            tell(f"round {number + 1} of {repeats}: {way}")
            found.take(way, _run(way, stage, path, total))
    return found


def _run(way: str, stage: Stage, path: Path, total: int) -> Outcome:
    place = stage.place()
    if way == FLOOR:
        return run_floor(place, path, total)
    if way == OURS:
        return run_worker(place, total)
    return run_plain(place, total, *PLAIN[way])
