"""Workers that share a registry, vitals that never run far ahead of them, and who judged what."""

from __future__ import annotations

import random
import signal
import threading
import time
import urllib.request
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
from kafka import KafkaProducer

from streams.engine.scoring.lineups import Lineups
from streams.engine.state.pages import ClockData, Seal, clock_key
from streams.gateways.simulator import Rates, Simulation
from tests.integration.conftest import STATE_KEY, Bench, RealWorker
from tests.streams.engine.harness import Observer, eventually

SEAL = Seal(bytes.fromhex(STATE_KEY))
LEAD = 800
"""Records that may wait."""
RATE = 300
"""Records a second."""
PATIENCE_S = 100.0


@dataclass
class Judges:
    """Which version of `rhythm` judged which offset of a partition, from its stored line-ups in order."""

    begins: list[int] = field(default_factory=list)
    lineups: list[dict[str, str]] = field(default_factory=list)

    def take(self, stored: Lineups) -> None:
        if self.lineups and self.lineups[-1] == stored.current and self.begins[-1] == stored.since:
            return
        keep = bisect_right(self.begins, stored.since - 1)
        self.begins, self.lineups = self.begins[:keep], self.lineups[:keep]
        self.begins.append(stored.since)
        self.lineups.append(stored.current)

    def at(self, offset: int) -> dict[str, str]:
        return self.lineups[bisect_right(self.begins, offset) - 1]

    def parts(self, records: list[Any]) -> Iterator[tuple[dict[str, str], list[Any]]]:
        """Records in a row that one line-up judged."""
        for lineup, part in groupby(records, lambda record: self.at(record.offset)):
            yield lineup, list(part)


class Flow(threading.Thread):
    """Vitals of simulated wearers, never far ahead of what is committed: swaps come in the midst of them."""

    def __init__(self, bench: Bench, seed: int, hours: float = 8.0, rate: float = RATE) -> None:
        """So many hours of 40 wearers, `rate` packets a second."""
        super().__init__(name="flow", daemon=True)
        self._observer = Observer(bench.settings.broker, bench.settings.app_id)
        self._producer = KafkaProducer(bootstrap_servers=bench.settings.broker, linger_ms=20)
        rates = Rates(episode_hours=2.0, warmup_hours=0.5)
        self._simulation = Simulation(seed=seed, wearers=40, hours=hours, rates=rates)
        self._rate = rate
        self.enough = threading.Event()

    def run(self) -> None:
        encode = msgspec.json.Encoder().encode
        for number, timed in enumerate(self._simulation.packets()):
            self._producer.send("vitals", encode(timed.packet), timed.packet.wearer.encode())
            if number % 25 == 0:
                while number - sum(self._observer.committed()) > LEAD and not self.enough.is_set():
                    time.sleep(0.1)
                time.sleep(25 / self._rate)
            if self.enough.is_set():
                break
        self._producer.close()
        self._observer.close()

    def end(self) -> None:
        self.enough.set()
        self.join()


class Crew:
    """Two workers on one registry; now and then one is killed and another begins."""

    def __init__(self, bench: Bench, registry: Path, chance: random.Random) -> None:
        self.bench, self.chance = bench, chance
        self._environment = {
            "VITALSTREAM_REGISTRY": str(registry),
            "VITALSTREAM_REGISTRY_POLL_S": "0.2",
            "VITALSTREAM_CHECKPOINT_S": "0.5",
        }
        self.workers = [self.start(), self.start()]

    def start(self) -> RealWorker:
        return self.bench.start(**self._environment)

    def kill(self, within_s: float) -> None:
        """Kill one of them somewhen soon; another takes its place."""
        time.sleep(self.chance.uniform(0.0, within_s))
        number = self.chance.randrange(len(self.workers))
        self.workers.pop(number).end(signal.SIGKILL)
        self.workers.append(self.start())

    def let_through(self, records: int) -> None:
        begin = sum(self.bench.observer.committed())
        eventually(
            lambda: sum(self.bench.observer.committed()) - begin >= records, "records go through", PATIENCE_S
        )

    def wait_for(self, version: str, lineups: int) -> None:
        """Until some partition has had so many line-ups and this version judges it."""

        def judged() -> bool:
            time.sleep(0.5)
            stored = stored_lineups(self.bench).values()
            return any(
                len(judges.lineups) >= lineups and judges.lineups[-1] == {"rhythm": version}
                for judges in stored
            )

        eventually(judged, f"a partition is judged by {version}", PATIENCE_S)

    def see_refusal(self) -> None:
        """A worker that starts now tells that it refuses a network, and works; then it is killed."""
        witness = self.start()
        port = witness.wait_ready()
        eventually(lambda: refused(port), "the bad file is refused")
        witness.end(signal.SIGKILL)

    def stop(self) -> list[int]:
        for worker in self.workers:
            worker.wait_ready()
        return [worker.end(signal.SIGTERM) for worker in self.workers]


def stored_lineups(bench: Bench) -> dict[int, Judges]:
    judges = defaultdict[int, Judges](Judges)
    for record in bench.observer.records(bench.observer.changelog):
        if record.key == clock_key(record.partition):
            judges[record.partition].take(SEAL.open(record.key, record.value, ClockData)[1].lineups)
    return judges


def refused(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        text = answer.read().decode()
    return 'vitalstream_model_refused_total{reason="network"} 1.0' in text
