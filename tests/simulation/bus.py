"""What outlives every worker: logs, changelog, committed offsets, sink; and what can go wrong there."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from exporters.alerts.errors import SinkUnavailable
from streams.records import Alert
from tests.streams.engine.shards import Raw

Told = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Weather:
    """How bad things are: chances of each thing going wrong, delays in seconds."""

    drop: float = 0.5
    """A chunk that is fetched while flow is suspended is thrown away, and the position goes on."""
    refuse: float = 0.03
    """A question to the broker is answered by an error."""
    lose_answer: float = 0.002
    """A record arrives, its answer does not."""
    sink_away: float = 0.15
    sink_half: float = 0.5
    """Of failed writes so many had an effect."""
    slow_s: float = 0.05
    sink_slow_s: float = 0.2


CALM = Weather(0.0, 0.0, 0.0, 0.0, 0.0, 0.01, 0.01)


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
    letters: dict[int, set[bytes | None]] = field(default_factory=lambda: defaultdict(set))
    generation: int = 0
    bugs: list[BaseException] = field(default_factory=list)
    """What ended a worker and must not have."""

    async def answer(self) -> None:
        """Wait for an answer; it may be an error."""
        await asyncio.sleep(self.rng.uniform(0, self.weather.slow_s))
        if self.rng.random() < self.weather.refuse:
            raise ConnectionError("the broker is away")

    def produce(self, number: int, count: int) -> None:
        """More of the log is there."""
        self.produced[number] = min(self.produced[number] + count, len(self.logs[number]))

    def read(self, number: int, first: int, most: int) -> Sequence[Raw]:
        """Records from an offset on, as far as they are there."""
        return self.logs[number][first : min(first + most, self.produced[number])]

    @property
    def done(self) -> bool:
        """Whether all of all logs is committed."""
        return all(self.committed.get(number, 0) == len(log) for number, log in self.logs.items())

    def pages(self, number: int) -> dict[bytes, tuple[int, bytes]]:
        """Of each page the one with the highest stamp, the later of two: as `PageTable` keeps them."""
        found: dict[bytes, tuple[int, bytes]] = {}
        for key, value in self.changelog[number]:
            stamp = self.stamp(value)
            if key not in found or stamp >= found[key][0]:
                found[key] = (stamp, value)
        return found


@dataclass
class Sink:
    """Valkey, as far as the engine sees it: a revision that it knows changes nothing."""

    rng: random.Random
    weather: Weather = field(default_factory=Weather)
    bodies: dict[Told, Alert] = field(default_factory=dict)
    newest: dict[str, int] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)

    async def write(self, alerts: Sequence[Alert]) -> None:
        """Take alerts, or not, or a beginning of them."""
        await asyncio.sleep(self.rng.uniform(0, self.weather.sink_slow_s))
        if self.rng.random() < self.weather.sink_away:
            if self.rng.random() < self.weather.sink_half:
                self._take(alerts[: self.rng.randint(0, len(alerts))])
            raise SinkUnavailable("connection", "away")
        self._take(alerts)

    def _take(self, alerts: Sequence[Alert]) -> None:
        for alert in alerts:
            key = (alert.id, alert.revision)
            known = self.bodies.setdefault(key, alert)
            assert known == alert, "one revision, two contents"
            if alert.revision > self.newest.get(alert.id, 0):
                self.newest[alert.id] = alert.revision
                self.told.append(key)
