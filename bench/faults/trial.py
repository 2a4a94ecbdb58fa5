"""One trial: the job on real servers, a fault again and again, and what came of it."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import msgspec
from kafka import KafkaProducer

from bench.faults.crew import LOOK_S, PATIENCE_S, Crew, Observer
from bench.faults.judge import TELL, Fed, Verdict, judge
from bench.faults.ways import WAYS
from bench.packets import PARTITIONS
from streams.errors import UserError
from streams.settings import Settings
from streams.stack import running_stack
from streams.stack.jars import Progress

KEYS = 100
RATE = 300.0
"""Records a second under load: what the slowest way can take on a busy machine, several times over."""
SESSION_S = 6.0
"""The same for every way: a killed worker's partitions stand still so long. By default it is 60 s in Faust,
45 s in Quix Streams, 8 s in vitalstream."""
BACKLOG_KILLS = (0.15, 0.6)
"""Where in the backlog a kill falls, at random between these."""


class TrialFigures(msgspec.Struct, frozen=True):
    """One way under one fault."""

    way: str
    fault: str
    rounds: int
    verdict: Verdict
    unread: int
    """Records that were never committed as done, though workers were started again."""
    died: int
    helped: int
    recovery_s: list[float]
    """Of each round: from the fault to the next output in Valkey."""


@dataclass
class Load:
    """Feeds records at a rate until told to stop."""

    broker: str
    fed: Fed = field(default_factory=Fed)

    def __post_init__(self) -> None:
        self._enough = threading.Event()
        self._numbers = count(1)
        self._producer = KafkaProducer(bootstrap_servers=self.broker, acks="all", linger_ms=20)
        self._thread: threading.Thread | None = None

    def put(self, records: int) -> None:
        """Produce so many at once."""
        for _ in range(records):
            self._one()
        self._producer.flush(120)

    def ask(self) -> None:
        """Ask for every key's count and sum."""
        for key in self.fed.values:
            self._producer.send("vitals", TELL, key.encode())
        self._producer.flush(120)

    def begin(self) -> None:
        """Feed from now on."""
        self._thread = threading.Thread(target=self._run, name="load", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Feed no more; what was fed is with the broker then."""
        self._enough.set()
        if self._thread is not None:
            self._thread.join()
        self._producer.flush(120)

    def _run(self) -> None:
        began, done = time.monotonic(), 0
        while not self._enough.is_set():
            while done < (time.monotonic() - began) * RATE:
                self._one()
                done += 1
            time.sleep(0.02)

    def _one(self) -> None:
        number = next(self._numbers)
        key = f"k{number % KEYS}"
        self._producer.send("vitals", b"%d" % number, key.encode())
        self.fed.values[key].append(number)


@dataclass
class Trial:
    """What a fault is done to."""

    crew: Crew
    observer: Observer
    load: Load
    chance: random.Random
    recovery_s: list[float] = field(default_factory=list)

    def working(self) -> None:
        """Wait for outputs that were not there before. Raises UserError when none comes."""
        before = self.observer.told()
        if not self.crew.until(lambda: self.observer.told() > before, self.observer.told):
            words = [worker.last_words() for worker in self.crew.workers.values()]
            raise UserError(f"{self.crew.way.title} does nothing: {'; '.join(words)}")

    def shared(self, workers: int) -> None:
        """Wait until so many workers have shared the partitions out, with patience."""
        end = time.monotonic() + PATIENCE_S
        while self.observer.members() != workers and time.monotonic() < end:
            self.crew.supervise()
            time.sleep(LOOK_S)

    def wait(self, shortest: float, longest: float) -> None:
        """Let a random time pass."""
        time.sleep(self.chance.uniform(shortest, longest))

    def recovers(self) -> None:
        """Wait for the next output, and note how long it took."""
        began = time.monotonic()
        self.working()
        self.recovery_s.append(round(time.monotonic() - began, 1))


def kills(trial: Trial, rounds: int) -> None:
    """The only worker is killed with -9 under load, and started again at once."""
    trial.crew.start("a")
    trial.load.begin()
    trial.working()
    for _ in range(rounds):
        trial.wait(1.0, 6.0)
        trial.crew.kill("a")
        trial.crew.start("a")
        trial.recovers()


def rebalances(trial: Trial, rounds: int) -> None:
    """A second worker joins under load, and after a while one of the two leaves politely."""
    trial.crew.start("a")
    trial.load.begin()
    trial.working()
    stays, comes = "a", "b"
    for _ in range(rounds):
        trial.crew.start(comes)
        trial.shared(2)
        trial.wait(2.0, 6.0)
        if trial.chance.random() < 0.5:
            stays, comes = comes, stays
        trial.crew.stop(comes)
        trial.recovers()
        trial.shared(1)
        trial.wait(1.0, 3.0)


def backlog(records: int) -> Callable[[Trial, int], None]:
    """So many records wait; workers are killed with -9 while they go through them."""

    def fault(trial: Trial, rounds: int) -> None:
        trial.load.put(records)
        for _ in range(rounds):
            trial.crew.start("a")
            share = trial.chance.uniform(*BACKLOG_KILLS) / rounds
            goal = trial.observer.told() + share * records / 10
            trial.crew.until(lambda goal=goal: trial.observer.told() > goal, trial.observer.told)  # type: ignore[misc]
            trial.crew.kill("a")
        trial.crew.start("a")
        trial.recovers()

    return fault


FAULTS: dict[str, Callable[[int], Callable[[Trial, int], None]]] = {
    "kill -9": lambda records: kills,
    "rebalance": lambda records: rebalances,
    "backlog": backlog,
}


def run(
    folder: Path, name: str, fault: str, rounds: int, records: int, seed: int, progress: Progress
) -> TrialFigures:
    """Run one trial on servers of its own. Raises UserError when the way does not work at all."""
    way = WAYS[name]
    settings = Settings(data_dir=folder / "stack", partitions=PARTITIONS, state_key=None)
    with running_stack(settings, progress) as stack:
        own = stack.settings.model_copy(
            update={
                "app_id": f"faults-{uuid.uuid4().hex[:8]}", "session_timeout_s": SESSION_S, "metrics_port": 0
            }
        )  # fmt: skip
        crew, observer, load = Crew(way, own, folder), Observer(way, own), Load(own.broker)
        trial = Trial(crew, observer, load, random.Random(seed))
        try:
            FAULTS[fault](records)(trial, rounds)
            load.end()
            unread = _drain(trial)
            found, state = _asked(trial)
            verdict = judge(load.fed, state, found, observer.kafka())
        finally:
            load.end()
            for slot in list(crew.workers):
                crew.kill(slot)
            observer.close()
    return TrialFigures(
        name, fault, rounds, verdict, unread, crew.died, crew.helped, trial.recovery_s
    )  # fmt: skip


def _drain(trial: Trial) -> int:
    """Wait until all is committed as done; gives what never was."""
    observer = trial.observer
    trial.crew.until(lambda: observer.committed() >= observer.end(), observer.committed)
    return max(observer.end() - observer.committed(), 0)


def _asked(trial: Trial) -> tuple[list[str], dict[str, tuple[int, int]]]:
    """Ask every key, wait for the answers, end the workers politely; gives outputs and answers in Valkey."""
    trial.load.ask()
    keys = len(trial.load.fed.values)
    trial.crew.until(lambda: len(trial.observer.valkey()[1]) >= keys, trial.observer.committed)
    trial.crew.stop_all()
    return trial.observer.valkey()
