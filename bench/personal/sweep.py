"""The same weeks decided in several ways at once, by policy and by who answers: observed only once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from bench.personal.answers import Crowd
from bench.personal.scoring import Log, Progress, Taken, chunks
from models.judged import Judged
from models.personal import personal_setting
from models.policy.rules import GradeRule, Policy, Rule
from models.risk.fusion import Fusion
from models.risk.fusion_table import load_table
from streams.engine.contracts import Effects
from streams.engine.scoring.judging import Bench
from streams.engine.scoring.learning import PartitionLearning
from streams.engine.scoring.shard import ShardMaker, WearerShard
from streams.engine.scoring.work import Work
from streams.gateways.timed import Timed

NEUTRAL_PULSE = 75.0
"""A resting rate that nobody finds unusual: edges of the pulse move towards it and away from it."""
FAR: dict[str, tuple[str, ...]] = {
    "anomaly": ("deviation", "network"),
    "illness": (),
    "resting_heart_rate": ("spreads",),
}
"""Conditions that are judged by what is usual, and those of their limits that say how far from it."""
FROM_USUAL = frozenset({"anomaly", "illness"})
"""Those whose grades say it too."""
PULSES = ("own_above", "own_below")


def scaled(policy: Policy, scale: float) -> Policy:
    """Give a policy in which far from usual begins at `scale` times the distance: below 1 it finds more."""
    rules = {name: _scaled(rule, scale) if name in FAR else rule for name, rule in policy.rules.items()}
    return replace(policy, rules=rules, digest=f"{policy.digest}x{scale:g}")


def _scaled(rule: Rule, scale: float) -> Rule:
    limits = dict(rule.limits)
    for name in FAR[rule.condition]:
        if name in limits:
            limits[name] *= scale
    for name in PULSES:
        if name in limits:
            limits[name] = NEUTRAL_PULSE + scale * (limits[name] - NEUTRAL_PULSE)
    grades = rule.grades
    if rule.condition in FROM_USUAL:
        grades = tuple(_nearer(grade, scale) for grade in grades)
    return replace(rule, grades=grades, limits=limits)


def _nearer(grade: GradeRule, scale: float) -> GradeRule:
    return replace(grade, above=None if grade.above is None else grade.above * scale)


@dataclass(slots=True)
class Seat:
    """One way to decide what was observed for all: its bench and who answers; what it judged and told."""

    bench: Bench
    learning: PartitionLearning
    crowd: Crowd | None = None
    judged: defaultdict[str, Judged] = field(default_factory=lambda: defaultdict(Judged))
    taken: Taken = field(default_factory=Taken)


class Panel:
    """One shard that observes, and for each policy, or people who answer, a `Judged` half of every wearer."""

    def __init__(self, shard: WearerShard, maker: ShardMaker) -> None:
        self._shard, self._maker = shard, maker
        self._fusion = Fusion(load_table())
        self._log = Log()
        self.seats: list[Seat] = []

    def seat(self, policy: Policy, crowd: Crowd | None = None) -> None:
        """Add a policy, under which `crowd` answers what is told."""
        shipped = self._maker.setting
        setting = personal_setting(policy, self._fusion, None, shipped.collect_again, shipped.stale_alerts)
        learning = self._maker.learning()
        self.seats.append(Seat(Bench(setting, self._shard.book, learning), learning, crowd))

    def run(self, timed: Iterable[Timed], progress: Progress) -> list[Taken]:
        """Take everything; gives what came out in each seat, in their order."""
        packets = ((record, packet.time) for packet in timed for record in self._log.packet(packet))
        for records, now in chunks(packets):
            work = self._shard.observe(records)
            self._maker.infer([work])
            for seat in self.seats:
                self._decide(work, seat, now)
                seat.taken.take(Effects(outcomes=work.effects.outcomes))
            self._shard.finish(work)
            for seat in self.seats:
                self._answer(seat, now)
            progress(now)
        return [seat.taken for seat in self.seats]

    def _decide(self, observed: Work, seat: Seat, now: int) -> None:
        work = Work(observed.last, list(observed.items))
        for item in work.items:
            item.wearer.judged = seat.judged[item.wearer.name]
            if failed := seat.bench.decide(item, work):
                raise AssertionError(failed)
        work.effects.alerts = [(pending.alert, 0) for pending in work.alerts]
        seat.taken.take(work.effects)
        if seat.crowd is not None:
            for alert, _ in work.effects.alerts:
                seat.crowd.hear(alert, now)

    def _answer(self, seat: Seat, now: int) -> None:
        """Decide the answers that have come by now; they are in no other seat's log."""
        due = () if seat.crowd is None else seat.crowd.due(now)
        records = [self._log.control("feedback", said.wearer, said, now) for said in due]
        if records:
            seat.taken.answers += len(records)
            work = self._shard.observe(records)
            self._decide(work, seat, now)
            self._shard.finish(work)
