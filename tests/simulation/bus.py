"""What outlives every worker: logs, changelog, committed offsets, sink; and what can go wrong there."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from exporters.alerts.errors import SinkUnavailable
from streams.records import Alert
from tests.streams.engine.shards import Raw

Told = tuple[str, int]


class Violation(AssertionError):
    """Something was lost, repeated or is not as it must be."""


@dataclass(frozen=True, slots=True)
class Weather:
    """How bad things are: chances of each thing going wrong, delays in seconds."""

    drop: float = 0.5
    """A chunk that is fetched while flow is suspended is thrown away, and the position goes on."""
    refuse: float = 0.03
    """A question to the broker is answered by an error."""
    lose_answer: float = 0.002
    """A record arrives, its answer does not."""
    lose_write: float = 0.002
    """A record does not arrive; its answer is an error."""
    stuck: float = 0.002
    """An answer takes `stuck_s`: longer than some bounds."""
    sink_away: float = 0.15
    sink_half: float = 0.5
    """Of failed writes so many had an effect."""
    slow_s: float = 0.05
    stuck_s: float = 5.0
    sink_slow_s: float = 0.2
    sink_stuck: float = 0.01
    """A write takes up to `sink_stuck_s`, and has its effect although nobody waits for it any more."""
    sink_stuck_s: float = 20.0


CALM = Weather(
    drop=0,
    refuse=0,
    lose_answer=0,
    lose_write=0,
    stuck=0,
    sink_away=0,
    sink_stuck=0,
    slow_s=0.01,
    sink_slow_s=0.01,
)


@dataclass
class Bus:
    """Kafka, as far as the engine sees it. Answers come late, never early."""

    rng: random.Random
    logs: dict[int, Sequence[Raw]]
    stamp: Callable[[bytes], int]
    weather: Weather = field(default_factory=Weather)
    produced: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    committed: dict[int, int] = field(default_factory=dict)
    changelog: dict[int, list[tuple[bytes, bytes]]] = field(default_factory=lambda: defaultdict(list))
    ends: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    """Where each partition's changelog ends."""
    letters: dict[int, set[bytes | None]] = field(default_factory=lambda: defaultdict(set))
    stored: dict[int, int] = field(default_factory=lambda: defaultdict(lambda: -1))
    """The highest position of each partition's own pages."""
    handed: dict[int, int] = field(default_factory=dict)
    """The offset behind the last record that a worker got."""
    generation: int = 0
    bugs: list[BaseException] = field(default_factory=list)
    """What ended a worker and must not have; what was committed and must not have been."""
    faults: Counter[str] = field(default_factory=Counter)
    """What has gone wrong on purpose, and how often."""

    async def answer(self) -> None:
        """Wait for an answer; it may be an error."""
        await self.delay()
        if self.rng.random() < self.weather.refuse:
            self.faults["questions refused"] += 1
            raise ConnectionError("the broker is away")

    async def delay(self) -> None:
        """Wait as long as an answer takes: now and then very long."""
        if self.rng.random() < self.weather.stuck:
            self.faults["answers late"] += 1
            await asyncio.sleep(self.rng.uniform(0, self.weather.stuck_s))
        await asyncio.sleep(self.rng.uniform(0, self.weather.slow_s))

    def commit(self, number: int, offset: int) -> None:
        """Keep an offset: never before its state is kept, never backwards."""
        if offset > self.stored[number] + 1:
            self.bugs.append(Violation(f"committed {offset} of {number}, stored up to {self.stored[number]}"))
        if offset < self.committed.get(number, 0):
            self.bugs.append(Violation(f"committed {offset} of {number} after {self.committed[number]}"))
        self.committed[number] = offset

    def keep(self, number: int, key: bytes, value: bytes) -> None:
        """A page is stored."""
        self.changelog[number].append((key, value))
        self.ends[number] += 1
        if key.endswith(b"/clock"):
            self.stored[number] = max(self.stored[number], self.stamp(value))

    def produce(self, number: int, count: int) -> None:
        """More of the log is there."""
        self.produced[number] = min(self.produced[number] + count, len(self.logs[number]))

    def read(self, number: int, first: int, most: int) -> Sequence[Raw]:
        """Records from an offset on, as far as they are there."""
        return self.logs[number][first : min(first + most, self.produced[number])]

    @property
    def done(self) -> bool:
        """Whether all that is there is committed."""
        return all(self.committed.get(number, 0) == self.produced[number] for number in self.logs)

    def compact(self) -> None:
        """Leave of each page the last one, whatever its stamp."""
        for number, log in self.changelog.items():
            self.changelog[number] = list(dict(log).items())


@dataclass
class Sink:
    """Valkey, as far as the engine sees it: a revision that it knows changes nothing."""

    rng: random.Random
    weather: Weather = field(default_factory=Weather)
    bodies: dict[Told, Alert] = field(default_factory=dict)
    newest: dict[str, int] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    _late: set[asyncio.Task[None]] = field(default_factory=set)

    async def write(self, alerts: Sequence[Alert]) -> None:
        """Take alerts, or not, or a beginning of them, or late."""
        if self.rng.random() < self.weather.sink_stuck:
            self.faults["sink writes very late"] += 1
            late = asyncio.create_task(self._take_late(alerts))
            self._late.add(late)
            late.add_done_callback(self._late.discard)
            await asyncio.shield(late)
            return
        await asyncio.sleep(self.rng.uniform(0, self.weather.sink_slow_s))
        if self.rng.random() < self.weather.sink_away:
            self.faults["sink writes failed"] += 1
            if self.rng.random() < self.weather.sink_half:
                self.faults["of these with half an effect"] += 1
                self._take(alerts[: self.rng.randint(0, len(alerts))])
            raise SinkUnavailable("connection", "away")
        self._take(alerts)

    async def _take_late(self, alerts: Sequence[Alert]) -> None:
        await asyncio.sleep(self.rng.uniform(0, self.weather.sink_stuck_s))
        self._take(alerts)

    def _take(self, alerts: Sequence[Alert]) -> None:
        for alert in alerts:
            key = (alert.id, alert.revision)
            known = self.bodies.setdefault(key, alert)
            assert known == alert, "one revision, two contents"
            if alert.revision > self.newest.get(alert.id, 0):
                self.newest[alert.id] = alert.revision
                self.told.append(key)
