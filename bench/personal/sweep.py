"""The same weeks under several policies at once: observed once, decided as often as there are policies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bench.personal.scoring import Log, Progress, Taken, chunks
from models.judged import Judged
from models.personal import personal_setting
from models.policy.rules import GradeRule, Policy, Rule
from models.risk.fusion import Fusion
from models.risk.fusion_table import load_table
from streams.engine.contracts import Effects
from streams.engine.shard import ShardMaker, WearerShard
from streams.engine.work import Work
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


class Panel:
    """One shard that observes, and a `Judged` half of every wearer for each policy."""

    def __init__(self, shard: WearerShard, maker: ShardMaker, policies: Sequence[Policy]) -> None:
        self._shard, self._maker = shard, maker
        shipped, fusion = maker.setting, Fusion(load_table())
        self._settings = [
            personal_setting(policy, fusion, None, shipped.collect_again, shipped.stale_alerts)
            for policy in policies
        ]
        self._judged: list[defaultdict[str, Judged]] = [defaultdict(Judged) for _ in policies]
        self.taken = [Taken() for _ in policies]

    def run(self, timed: Iterable[Timed], progress: Progress) -> list[Taken]:
        """Take everything; gives what came out under each policy, in their order."""
        log = Log()
        packets = ((record, packet.time) for packet in timed for record in log.packet(packet))
        for records, now in chunks(packets):
            work = self._shard.observe(records)
            self._shard.infer(work)
            for which in range(len(self._settings)):
                self._decide(work, which)
            for taken in self.taken:
                taken.take(Effects(outcomes=work.effects.outcomes))
            self._shard.finish(work)
            progress(now)
        return self.taken

    def _decide(self, observed: Work, which: int) -> None:
        work = Work(observed.last, list(observed.items))
        for item in work.items:
            item.wearer.judged = self._judged[which][item.wearer.name]
        self._maker.setting = self._settings[which]
        self._shard.decide(work)
        work.effects.alerts = [(pending.alert, 0) for pending in work.alerts]
        self.taken[which].take(work.effects)
