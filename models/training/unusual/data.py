"""What the stream would have seen of people, for the `unusual` network: everything goes through `observe`.

Two kinds of people: simulated wearers with all five channels and planted episodes, and real Holter
recordings, which tell of heart rate and its variability alone.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from models.datasets.rr import RRRecord
from models.deep.unusual import CHANNELS, MINUTES, RecentHour
from models.observe import fall_silent, take
from models.online.anomaly import CLIP, SMOOTHING, STRAIN, JointNormal, Surprise
from models.policy.rules import Rule, load_policy
from models.signals.columns import Columns, columns_of
from models.signals.counts import values_of
from models.signals.windows import MINUTE
from models.training.crowd import Crowd
from models.view import View
from models.wearer import Seen
from streams.gateways.replay.device import Device
from streams.gateways.replay.intervals import minutes
from streams.gateways.simulator import DEFAULT_START, Episode, Rates, Simulation

EVERY = 5
"""Minutes from one asked hour to the next."""
HOUR = 60 * MINUTE
ORDINARY = Rates(episode_hours=0)
"""Days with nothing planted but the small faults of everyday devices."""
FAULTS = frozenset({"collect_again", "stale_data"})
"""Episodes of the device, not of the wearer."""
AFTERWARDS_MS = 2 * HOUR
"""How long after an episode an hour is not called ordinary again: its minutes are still in the ring."""

Tick = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Days:
    """One person, an hour every five minutes."""

    name: str
    ends: NDArray[np.int64]
    """[n] last minute of each hour, ms."""
    rows: NDArray[np.float32]
    """[n, 60, 5] as `Networks.run("unusual", …)` takes them."""
    river: NDArray[np.float64]
    """[n] highest edge at which River's joint state alarmed in the last five minutes; 0 where at none."""
    ordinary: NDArray[np.bool_]
    """[n] nothing is known to be wrong in this hour or a while before."""
    episodes: tuple[Episode, ...] = ()
    """What went wrong, when."""


class PairNormal(JointNormal):
    """River's joint state for whom only two vitals are measured (the product asks for three)."""

    __slots__ = ()

    def update(self, deviations: dict[str, float]) -> Surprise | None:
        """As `JointNormal.update`, with two vitals at least."""
        present = {}
        for name in STRAIN:
            if name in deviations:
                new = min(max(deviations[name], -CLIP), CLIP)
                old = self._smooth.get(name)
                self._smooth[name] = present[name] = new if old is None else old + SMOOTHING * (new - old)
        if len(present) < 2:
            return None
        surprise = self._score(present)
        self._precision.update(present)
        self.count += 1
        return surprise


class Lasting:
    """The policy's rule for the joint anomaly at many edges at once, to find the highest that alarms.

    A minute counts when enough vitals deviate; it alarms at an edge when the run of minutes at or above it,
    gaps up to the grace let pass, has lasted the delay.
    """

    EDGES = np.round(0.3 * 1.04 ** np.arange(118), 4)
    """Rarities from 0.3 to 30."""

    def __init__(self, rule: Rule) -> None:
        self._delay, self._grace = rule.grades[0].delay_ms, rule.grace_ms
        self._limits = rule.limits
        self._since = np.zeros(len(self.EDGES), np.int64)
        self._last = np.zeros(len(self.EDGES), np.int64)

    def update(self, minute: int, surprise: Surprise) -> float:
        """The highest edge that alarms in this minute (ms); 0 where none does."""
        far = sum(abs(z) >= self._limits["deviation"] for z in surprise.deviations.values())
        if not surprise.known or far < self._limits["deviating"]:
            return 0.0
        reached = int(np.searchsorted(self.EDGES, surprise.rarity, side="right"))
        since, last = self._since[:reached], self._last[:reached]
        since[minute - last > self._grace] = minute
        last[:] = minute
        lasted = np.flatnonzero(minute - since >= self._delay)
        return float(self.EDGES[lasted[-1]]) if lasted.size else 0.0


@dataclass(slots=True)
class _Watcher:
    """Follows one person's views as the stream does."""

    lasting: Lasting
    pair: PairNormal | None = None
    hour: RecentHour = field(default_factory=RecentHour)
    ends: list[int] = field(default_factory=list)
    rows: list[NDArray[np.float32]] = field(default_factory=list)
    river: list[float] = field(default_factory=list)
    highest: float = 0.0

    def see(self, view: View) -> None:
        if view.usual:
            self.hour.put(view.minute, spreads(view))
        surprise = view.surprise if self.pair is None else self.pair.update(_away(view))
        if surprise is not None:
            self.highest = max(self.highest, self.lasting.update(view.minute, surprise))
        if view.minute // MINUTE % EVERY:
            return
        row = self.hour.row(view.minute) if view.usual else None
        # A second device's view of a minute is not asked again.
        if row is not None and (not self.ends or view.minute > self.ends[-1]):
            self.ends.append(view.minute)
            self.rows.append(row)
            self.river.append(self.highest)
        self.highest = 0.0

    def days(self, name: str, episodes: tuple[Episode, ...], ordinary: Callable[[int], bool]) -> Days:
        rows = np.stack(self.rows) if self.rows else np.empty((0, MINUTES, len(CHANNELS)), np.float32)
        calm = np.array([ordinary(end) for end in self.ends], np.bool_)
        return Days(name, np.array(self.ends, np.int64), rows, np.array(self.river), calm, episodes)


def _away(view: View) -> dict[str, float]:
    """Each vital's distance from its recent level, as River's joint state takes it."""
    known = view.usual.items()
    return {name: (view.values[name] - usual.recent) / usual.wander for name, usual in known}


def spreads(view: View) -> dict[str, float]:
    """A minute's values on the personal scale, where the own usual is known."""
    return {
        name: (view.values[name] - usual.mean) / usual.spread
        for name, usual in view.usual.items()
        if name in CHANNELS
    }


def simulated(
    seed: int, wearers: int, hours: float, rates: Rates = ORDINARY, tick: Tick = lambda _: None
) -> list[Days]:
    """Wearers of the simulator; `tick` hears of each hour of them all."""
    simulation, rule = Simulation(seed, wearers, hours, rates=rates), load_policy().rules["anomaly"]
    watchers = {name: _Watcher(Lasting(rule)) for name in simulation.cohort.names}
    crowd, told = Crowd(), simulation.start
    for timed in simulation.packets():
        for name, view in crowd.views(timed):
            watchers[name].see(view)
        if timed.time - told >= HOUR:
            told += HOUR
            tick((told - simulation.start) // HOUR)
    for name, view in crowd.leave():
        watchers[name].see(view)
    mine = {name: tuple(e for e in simulation.truth if e.wearer == name) for name in watchers}
    return [watcher.days(name, mine[name], _calm(mine[name])) for name, watcher in watchers.items()]


def _calm(episodes: tuple[Episode, ...]) -> Callable[[int], bool]:
    spans = [(episode.start, episode.end + AFTERWARDS_MS) for episode in episodes]
    return lambda end: not any(start <= end + MINUTE and end <= stop for start, stop in spans)


def holter(record: RRRecord, planted: tuple[Episode, ...] | None = None) -> Days:
    """A Holter recording as a patch would send it: intervals, and their mean rate once a minute.

    The recorder tells nothing of movement, so every minute is taken for rest. With `planted` those
    episodes count, where the rhythm is the person's own, in place of onsets of fibrillation.
    """
    seen, watcher = Seen(), _Watcher(Lasting(load_policy().rules["anomaly"]), PairNormal())
    device = seen.device("holter")
    for columns, last in _holter_minutes(record):
        for view in take(seen, device, columns, last, 0, True).views:
            watcher.see(view)
    for view in fall_silent(seen).views:
        watcher.see(view)
    onsets, ordinary = _rhythm(record)
    if planted is None:
        return watcher.days(record.name, onsets, ordinary)
    episodes, calm = tuple(e for e in planted if ordinary(e.start) and ordinary(e.end)), _calm(planted)
    return watcher.days(record.name, episodes, lambda end: ordinary(end) and calm(end))


def _holter_minutes(record: RRRecord) -> Iterator[tuple[Columns, int]]:
    packets = minutes(
        Device(record.name, "holter", "patch"),
        record.intervals,
        DEFAULT_START + record.first_ms,
        DEFAULT_START,
    )
    for arrives, group in groupby(packets, key=lambda timed: timed.time):
        beats, last = [columns_of(timed.packet)[0]["ibi"] for timed in group], arrives - 1
        times = array("q", [time for part, _ in beats for time in part])
        values = array("d", [value for _, part in beats for value in values_of("ibi", part)])
        at = array("q", [arrives - MINUTE])
        mean = min(max(60_000 / float(np.mean(values)), 20.0), 300.0)
        yield {"ibi": (times, values), "hr": (at, array("d", [mean])), "steps": (at, array("d", [0.0]))}, last


ENTRY_MINUTES, BEFORE_MINUTES = 5, 30
"""An onset of fibrillation that counts: so long in it afterwards, so long (nearly) without it before."""


def _rhythm(record: RRRecord) -> tuple[tuple[Episode, ...], Callable[[int], bool]]:
    """Onsets of lasting fibrillation, and whether a time is in the person's lasting rhythm."""
    minute = (record.times_ms // MINUTE).astype(int)
    beats = np.maximum(np.bincount(minute), 1)
    share = np.bincount(minute, weights=record.af) / beats
    total = np.concatenate([[0.0], np.cumsum(share)])
    usually = 1.0 if share.mean() >= 0.9 else 0.0

    def mean(start: int, stop: int) -> float:
        start, stop = max(start, 0), min(stop, len(share))
        return float((total[stop] - total[start]) / max(stop - start, 1))

    episodes, at = list[Episode](), BEFORE_MINUTES
    while at + ENTRY_MINUTES <= len(share):
        entered = share[at] >= 0.5 and mean(at, at + ENTRY_MINUTES) >= 0.8
        if entered and mean(at - BEFORE_MINUTES, at) <= 0.1:
            out = np.flatnonzero(share[at:] < 0.5)
            end = at + (int(out[0]) if out.size else len(share) - at)
            span = (DEFAULT_START + at * MINUTE, DEFAULT_START + end * MINUTE)
            episodes.append(Episode(record.name, "rhythm", *span))
            at = end
        at += 1

    def ordinary(end: int) -> bool:
        now = (end - DEFAULT_START) // MINUTE + 1
        return abs(mean(now - 180, now) - usually) <= 0.02

    return tuple(episodes), ordinary
