"""Toy workers as processes, what they are fed, and what they must have made of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

from streams.settings import Settings
from streams.stack import ensure_topics
from streams.stack.topics import TOPICS
from tests.streams.engine.toy import ALERT_EVERY, stamp

ROOT = Path(__file__).parents[3]
PARTITIONS = 4


def fresh_topics(broker: str, partitions: int = PARTITIONS) -> None:
    """Empty topics: other tests' records are gone."""
    admin = KafkaAdminClient(bootstrap_servers=broker)
    try:
        admin.delete_topics(list(TOPICS), raise_errors=False)
        eventually(lambda: not set(TOPICS) & set(admin.list_topics()), "topics are deleted")
    finally:
        admin.close()
    ensure_topics(broker, partitions)


def eventually(condition: Callable[[], object], what: str, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)


class ToyWorker:
    """A worker process; its log goes to a file."""

    def __init__(self, env: dict[str, str], log: Path, sink: Path | None) -> None:
        self.log, self.ready = log, False
        command = [sys.executable, "-m", "tests.streams.engine.toy_worker", *([str(sink)] if sink else [])]
        with log.open("w") as errors:
            self.process = subprocess.Popen(
                command, env={**os.environ, **env}, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True
            )

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def wait_ready(self) -> None:
        if not self.ready:
            assert self.process.stdout is not None
            assert self.process.stdout.readline() == "ready\n", self.log.read_text()
            self.ready = True

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self, seconds: float = 20.0) -> int:
        self.send(signal.SIGTERM)
        return self.process.wait(seconds)


@dataclass
class Crew:
    """Workers of one group on one broker."""

    settings: Settings
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    to_redis: bool = False
    workers: list[ToyWorker] = field(default_factory=list)

    def start(self, **environment: str) -> ToyWorker:
        number = len(self.workers)
        env = {
            "VITALSTREAM_BROKER": self.settings.broker,
            "VITALSTREAM_REDIS_URL": self.settings.redis_url.get_secret_value(),
            "VITALSTREAM_APP_ID": self.settings.app_id,
            "VITALSTREAM_DATA_DIR": str(self.folder / str(number)),
            "VITALSTREAM_SESSION_TIMEOUT_S": "6",
            "VITALSTREAM_CHECKPOINT_S": "1",
            "TOY_LOUD": "faust mode",
            **self.environment,
            **environment,
        }
        sink = None if self.to_redis else self.folder / f"alerts.{number}"
        worker = ToyWorker(env, self.folder / f"worker.{number}.log", sink)
        self.workers.append(worker)
        return worker

    @property
    def alive(self) -> list[ToyWorker]:
        return [worker for worker in self.workers if worker.alive]

    def kill_all(self) -> None:
        for worker in self.alive:
            worker.send(signal.SIGCONT)
            worker.kill()

    def alerts(self) -> list[str]:
        """Every alert line that a worker has written, repeats included."""
        return [line for file in self.folder.glob("alerts.*") for line in file.read_text().splitlines()]


@dataclass
class Fed:
    """What was produced, and so what state and alerts must be."""

    values: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    @property
    def count(self) -> int:
        return sum(map(len, self.values.values()))

    @property
    def state(self) -> dict[str, list[int]]:
        return {key: [len(values), sum(values)] for key, values in self.values.items()}

    @property
    def alerts(self) -> set[str]:
        return {
            f"{key}:{count}:{sum(values[:count])}"
            for key, values in self.values.items()
            for count in range(ALERT_EVERY, len(values) + 1, ALERT_EVERY)
        }


def feed(broker: str, fed: Fed, numbers: Iterable[int], keys: int = 100, rate: float | None = None) -> None:
    """Produce a number a record, at `rate` a second where that is given."""
    producer = KafkaProducer(bootstrap_servers=broker, linger_ms=20, batch_size=128 * 1024)
    began = time.monotonic()
    for done, number in enumerate(numbers):
        key = f"k{number % keys}"
        producer.send("vitals", b"%d" % number, key=key.encode())
        fed.values[key].append(number)
        if rate and done % 50 == 0:
            time.sleep(max(0.0, done / rate - (time.monotonic() - began)))
    producer.close()


class Observer:
    """Looks at a broker from outside."""

    def __init__(self, broker: str, app_id: str, partitions: int = PARTITIONS) -> None:
        self.changelog = f"{app_id}-state-changelog"
        self.partitions = partitions
        self._broker, self._app_id = broker, app_id
        self._consumer = self._connect()

    def _connect(self) -> KafkaConsumer:
        return KafkaConsumer(
            bootstrap_servers=self._broker,
            group_id=self._app_id,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )

    def reconnect(self) -> None:
        """Ask anew: a broker that was killed can leave a client behind that waits for ever."""
        self._consumer.close()
        self._consumer = self._connect()

    def close(self) -> None:
        self._consumer.close()

    def committed(self, topic: str = "vitals") -> list[int]:
        tps = [TopicPartition(topic, number) for number in range(self.partitions)]
        return [self._consumer.committed(tp) or 0 for tp in tps]

    def ends(self, topic: str = "vitals") -> list[int]:
        tps = [TopicPartition(topic, number) for number in range(self.partitions)]
        ends = self._consumer.end_offsets(tps)
        return [ends[tp] for tp in tps]

    def all_committed(self) -> bool:
        return self.committed() == self.ends()

    def records(self, topic: str) -> list[Any]:
        """Every record of a topic, by partition and offset."""
        tps = [TopicPartition(topic, number) for number in range(self.partitions)]
        consumer = KafkaConsumer(
            bootstrap_servers=self._broker,
            max_partition_fetch_bytes=64 * 1024 * 1024,
            fetch_max_bytes=64 * 1024 * 1024,
        )
        consumer.assign(tps)
        consumer.seek_to_beginning()
        ends, found = consumer.end_offsets(tps), list[Any]()
        while any(consumer.position(tp) < ends[tp] for tp in tps):
            for batch in consumer.poll(timeout_ms=200).values():
                found += batch
        consumer.close()
        return sorted(found, key=lambda record: (record.partition, record.offset))

    def state(self) -> dict[str, list[int]]:
        """Count and sum by key, as a recovery would find them after compaction: of each page the last record.

        That is also the one with the highest stamp, else a stopped worker has written over a newer page.
        """
        last: dict[bytes, bytes] = {}
        best: dict[bytes, int] = {}
        for record in self.records(self.changelog):
            last[record.key] = record.value
            best[record.key] = max(best.get(record.key, -1), stamp(record.value))
        assert {key: stamp(value) for key, value in last.items()} == best
        pages = [json.loads(value[8:]) for key, value in last.items() if not key.endswith(b"clock")]
        return {name: found[:2] for page in pages for name, found in page["keys"].items() if found[0]}


def stop_all(workers: Sequence[ToyWorker]) -> list[int]:
    for worker in workers:
        worker.wait_ready()
        worker.send(signal.SIGTERM)
    return [worker.process.wait(20) for worker in workers]
