"""The race: every way over the same backlog, in turn, again and again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from types import MappingProxyType

from bench import stored
from bench.feed import fill
from bench.lives import store
from bench.packets import Packet, save
from bench.process import Cost, Tell
from bench.race.ways import AlertSet, Backlog, Outcome, run_floor, run_plain, run_worker
from bench.stage import Stage
from bench.stored import Pages

OURS = "vitalstream"
FLOOR = "floor"
PLAIN = MappingProxyType({
    "faust": ("bench.race.plain_faust", "memory"),
    "faust_table": ("bench.race.plain_faust", "table"),
    "quix": ("bench.race.plain_quix",),
    "bytewax": ("bench.race.plain_bytewax",),
})  # fmt: skip
"""The programs that take one record after the other."""


SLOWEST = "faust_table"


def ways(*, slowest: bool = True) -> tuple[str, ...]:
    """The names of all ways that this Python can run: Bytewax has no wheels for the newest.

    Without the slowest a run is a good deal shorter.
    """
    missing = {"bytewax"} if find_spec("bytewax") is None else set()
    left_out = missing if slowest else missing | {SLOWEST}
    return (FLOOR, OURS, *(way for way in PLAIN if way not in left_out))


@dataclass(slots=True)
class Race:
    """What every way cost in every round, and what is wrong with the comparison, if anything."""

    costs: dict[str, list[Cost]] = field(default_factory=dict)
    alerts: dict[str, AlertSet] = field(default_factory=dict)
    resident: dict[str, int] = field(default_factory=dict)
    """Bytes of memory of each way at the end of its last round."""
    warnings: list[str] = field(default_factory=list)
    same_alerts: bool = True

    def take(self, way: str, outcome: Outcome) -> None:
        """Note one run."""
        self.costs.setdefault(way, []).append(outcome.cost)
        self.alerts.setdefault(way, outcome.alerts)
        self.resident[way] = outcome.resident
        differ = len(outcome.alerts ^ self.alerts[FLOOR])
        if differ:
            self.same_alerts = False
            self.warnings.append(
                f"{way}: {differ} of {len(self.alerts[FLOOR])} alerts differ from the floor's"
            )
        if outcome.missed:
            self.warnings.append(f"{way}: {outcome.missed} records were never scored")


def race(
    stage: Stage,
    packets: list[Packet],
    repeats: int,
    tell: Tell,
    among: Sequence[str],
    before: Pages | None = None,
) -> Race:
    """Run every way `repeats` times over the packets; the ways take turns.

    `among` names the ways, the floor first; `before` is what wearers lived already.
    """
    backlog = Backlog(stage.folder / "packets", len(packets), stage.folder / "lives")
    save(packets, backlog.packets)
    stored.save(before or {}, backlog.lives)
    tell(f"{len(packets):,} packets into Kafka")
    fill(stage.broker, packets)
    found = Race()
    for number in range(repeats):
        for way in among:
            tell(f"round {number + 1} of {repeats}: {way}")
            found.take(way, _run(way, stage, backlog, before))
    return found


def _run(way: str, stage: Stage, backlog: Backlog, before: Pages | None) -> Outcome:
    place = stage.place()
    if way == FLOOR:
        return run_floor(place, backlog)
    if way != OURS:
        return run_plain(place, backlog, *PLAIN[way])
    if before:
        store(place.settings, before)
    return run_worker(place, backlog.total)
