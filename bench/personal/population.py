"""The other system of the comparison: the same core, which takes everyone's usual for each wearer's own.

What is usual is measured on other simulated wearers without episodes, all pooled: the mean of everyone by
vital and context, the spread of all their minutes, how vitals go together, and the nights of many people.
That is the best that one set of thresholds can know of these very wearers. Nothing is learnt from the wearer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

import msgspec
import numpy as np
from river.covariance import EmpiricalPrecision

from bench.core import make_core
from bench.personal.scoring import Log, chunks
from models.online.anomaly import CLIP, SMOOTHING, STRAIN, JointNormal, JointSnapshot
from models.online.baseline import Baseline, Usual
from models.online.nights import Nights
from models.online.own import Own
from models.signals.recent import VITALS
from models.view import View
from models.wearer import FLOORS, SLOW, Wearer
from streams.gateways.simulator import Lives, Rates, Simulation

SEED = 977
NIGHTS = 28
"""Nights of other people that a night is compared with."""
CALM_RATES = Rates(episode_hours=0, contact_per_day=0, flat_per_day=0, sync_gap_per_day=0, clock_per_day=0)
ROWS = 20_000
"""Minutes from which it is learnt how vitals go together."""
CALM = frozenset({"rest", "asleep"})
"""Contexts in which own normal is learnt."""
KNOWN = 1_000_000
"""Minutes that what is usual for everyone counts as: known from the first on."""


@dataclass(frozen=True, slots=True)
class Population:
    """What is usual for everyone."""

    usual: dict[str, Usual]
    """By `signal` or `signal@context`, as a wearer's own baselines are kept."""
    joint: JointSnapshot
    nights: dict[str, bytes]
    """NIGHTS codes by channel, at even quantiles of all people's nights."""


class Everyones(Baseline):
    """A baseline that knows the population and learns nothing."""

    __slots__ = ("_usual",)

    def __init__(self, floor: float, usual: Usual) -> None:
        super().__init__(floor)
        self._usual, self.count = usual, KNOWN

    def usual(self, *_: object) -> Usual:
        """What is usual for everyone."""
        return self._usual

    def learn(self, *_: object) -> None:
        """Learn nothing."""


class EveryonesJoint(JointNormal):
    """The population's joint normal, which learns nothing."""

    __slots__ = ()

    def __init__(self, snapshot: JointSnapshot) -> None:
        super().__init__(snapshot)
        self._precision = _Fixed(self._precision)


class _Fixed(EmpiricalPrecision):
    """A precision matrix that can be read only."""

    def __init__(self, known: EmpiricalPrecision) -> None:
        self.__dict__.update(known.__dict__)

    def update(self, *_: object) -> None:
        """Learn nothing."""


class EveryonesNights(Nights, array_like=True, gc=False):
    """Nights of which only the newest is the wearer's; those before are other people's."""

    others: dict[str, bytes] = msgspec.field(default_factory=dict)

    def _close(self, empty: int) -> None:  # noqa: ARG002 (nights not worn make no difference here)
        super()._close(0)
        for name, row in self.rows.items():
            self.rows[name] = self.others.get(name, b"") + row[-1:]


class EveryonesOwn(Own, array_like=True, gc=False):
    """The slow part of own normal with other people's nights, and no course of the day of one's own."""

    def offset(self, *_: object) -> float:
        """Give the same usual at every hour."""
        return 0.0


def measure(wearers: int, days: float) -> Population:
    """Live through some days of other wearers and pool what was usual in them."""
    well = Lives(ill=0, drifting=0, treated=0)
    simulation = Simulation(
        SEED, wearers, days * 24, step_s=300, rates=CALM_RATES, prefix="other", lives=well
    )
    shard, log = make_core()(0, {}), Log()
    minutes: defaultdict[str, list[Minute]] = defaultdict(list)
    packets = ((record, timed.time) for timed in simulation.packets() for record in log.packet(timed))
    for records, _ in chunks(packets):
        for item in shard.observe(records).items:
            minutes[item.wearer.name] += map(_minute, item.observation.views)
    usual = _usual(minute for own in minutes.values() for minute in own)
    return Population(usual, _joint(minutes.values(), usual), _nights(shard.book.wearers()))


def settle(wearer: Wearer, population: Population) -> None:
    """Let a new wearer have everyone's usual in the place of an own one."""
    seen = wearer.seen
    for key, usual in population.usual.items():
        seen.baselines[key] = Everyones(FLOORS[key.partition("@")[0]], usual)
    seen.joint = EveryonesJoint(population.joint)
    seen.own = EveryonesOwn(EveryonesNights(others=population.nights))


class Minute(NamedTuple):
    """What of a minute can be usual: values by the key of their baseline."""

    start: int
    values: dict[str, float]


def _minute(view: View) -> Minute:
    calm = f"@{view.context}" if view.context in CALM else None
    keys = {signal: signal if signal in SLOW else calm and signal + calm for signal in VITALS}
    return Minute(
        view.minute, {key: view.values[s] for s, key in keys.items() if key is not None and s in view.values}
    )


def _usual(minutes: Iterable[Minute]) -> dict[str, Usual]:
    values: defaultdict[str, list[float]] = defaultdict(list)
    for minute in minutes:
        for key, value in minute.values.items():
            values[key].append(value)
    found = {key: (float(np.mean(own)), float(np.std(own))) for key, own in values.items()}
    return {key: Usual(mean, sd, mean, sd) for key, (mean, sd) in found.items()}


def _joint(people: Iterable[list[Minute]], usual: dict[str, Usual]) -> JointSnapshot:
    """Learn how everyone's smoothed deviations go together, a minute of one person after one of another."""
    rows = [row for own in people for row in _smoothed(own, usual)]
    joint = JointNormal()
    for i in np.random.default_rng(SEED).permutation(len(rows))[:ROWS]:
        joint._precision.update(rows[i])
    joint.count = KNOWN
    return joint.snapshot()


def _smoothed(minutes: list[Minute], usual: dict[str, Usual]) -> Iterator[dict[str, float]]:
    smooth: dict[str, float] = {}
    for minute in sorted(minutes, key=attrgetter("start")):
        for key, value in minute.values.items():
            signal = key.partition("@")[0]
            if signal in STRAIN:
                off = min(max((value - usual[key].mean) / usual[key].spread, -CLIP), CLIP)
                smooth[signal] = smooth.get(signal, off) + SMOOTHING * (off - smooth.get(signal, off))
        if len(smooth) == len(STRAIN):
            yield dict(smooth)


def _nights(wearers: Iterable[Wearer]) -> dict[str, bytes]:
    codes: defaultdict[str, list[int]] = defaultdict(list)
    for wearer in wearers:
        for channel, row in wearer.seen.own.nights.rows.items():
            codes[channel] += [code for code in row if code]
    even = (np.arange(NIGHTS) + 0.5) / NIGHTS
    order = np.random.default_rng(SEED).permutation(NIGHTS)
    return {
        channel: bytes(np.quantile(own, even[order]).round().astype(int).tolist())
        for channel, own in codes.items()
    }
