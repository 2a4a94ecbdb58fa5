"""Workers of one way on one stack: started, killed, and started again as a supervisor would."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from bench.faults.judge import parted
from bench.faults.ways import Way
from bench.packets import PARTITIONS
from exporters.alerts.client import AlertStream
from exporters.alerts.keys import Keys
from streams.demo.children import end, environment, last_words
from streams.records import Alert
from streams.settings import Settings

PATIENCE_S = 90.0
"""A way that does nothing for so long stands still: its worker is killed and started once more."""
LOOK_S = 0.1
STOP_S = 30.0


class Worker:
    """One process; a slot keeps its folder when its process is started anew."""

    def __init__(self, way: Way, settings: Settings, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._log = folder / "log"
        own = settings.model_copy(update={"data_dir": folder / "data"})
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *way.command],
                env=os.environ | environment(own) | {"OMP_NUM_THREADS": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.process.poll() is None

    def kill(self) -> None:
        """As `kill -9`."""
        self.process.kill()
        self.process.wait()

    def last_words(self) -> str:
        """The end of its log, in one line."""
        return last_words(self._log, self.process.poll())


@dataclass
class Crew:
    """The workers, by slot, and what happened to them that nobody asked for."""

    way: Way
    settings: Settings
    folder: Path
    workers: dict[str, Worker] = field(default_factory=dict)
    died: int = 0
    """Workers that ended by themselves and were started again."""
    helped: int = 0
    """Standstills that only a kill from outside ended."""

    def start(self, slot: str) -> None:
        """Start a worker, or start it again."""
        self.workers[slot] = Worker(self.way, self.settings, self.folder / slot)

    def kill(self, slot: str) -> None:
        """As `kill -9`; it stays away until it is started."""
        self.workers.pop(slot).kill()

    def stop(self, slot: str) -> None:
        """End it politely, then not."""
        end(self.workers.pop(slot).process, STOP_S)

    def stop_all(self) -> None:
        """End all that runs."""
        for slot in list(self.workers):
            self.stop(slot)

    def supervise(self) -> None:
        """Start again who has ended."""
        for slot, worker in list(self.workers.items()):
            if not worker.alive:
                self.died += 1
                self.start(slot)

    def until(self, done: Callable[[], bool], moving: Callable[[], object]) -> bool:
        """Wait; at a standstill kill and start all workers, once. Gives whether it came about."""
        seen, moved, helped = moving(), time.monotonic(), False
        while not done():
            time.sleep(LOOK_S)
            self.supervise()
            if (now := moving()) != seen:
                seen, moved = now, time.monotonic()
            elif time.monotonic() - moved > PATIENCE_S:
                if helped:
                    return False
                helped, moved = True, time.monotonic()
                self._help()
        return True

    def _help(self) -> None:
        self.helped += 1
        for slot in list(self.workers):
            self.kill(slot)
            self.start(slot)


class Observer:
    """Looks at the servers from outside."""

    def __init__(self, way: Way, settings: Settings) -> None:
        self._way, self._broker = way, settings.broker
        self._url = settings.redis_url.get_secret_value()
        self._valkey = redis.Redis.from_url(self._url)
        self._stream = Keys().stream if way.ours else "outputs"
        self._consumer = KafkaConsumer(
            bootstrap_servers=settings.broker, group_id=settings.app_id, enable_auto_commit=False
        )
        self._admin, self._group = KafkaAdminClient(bootstrap_servers=settings.broker), settings.app_id
        self._vitals = [TopicPartition("vitals", number) for number in range(PARTITIONS)]

    def close(self) -> None:
        """Leave the servers."""
        self._admin.close()
        self._consumer.close()
        self._valkey.close()

    def told(self) -> int:
        """How much stands in Valkey's stream."""
        return int(self._valkey.xlen(self._stream))

    def committed(self) -> int:
        """Records that are committed as done."""
        return sum(self._consumer.committed(tp) or 0 for tp in self._vitals)

    def members(self) -> int:
        """Workers that share the partitions; 0 while they are being shared out."""
        found = self._admin.describe_groups([self._group])[self._group]
        return len(found["members"]) if found["group_state"] == "Stable" else 0

    def end(self) -> int:
        """Records in the topic."""
        return int(sum(self._consumer.end_offsets(self._vitals).values()))

    def valkey(self) -> tuple[list[str], dict[str, tuple[int, int]]]:
        """Outputs in Valkey, and the answers about state."""
        if self._way.ours:
            return parted(alert.id for alert in AlertStream(self._url, follow=False))
        entries: Any = self._valkey.xrange(self._stream)
        return parted(fields[b"id"].decode() for _, fields in entries)

    def kafka(self) -> list[str]:
        """Outputs in the topic, as a consumer reads them that takes no transaction that was not committed."""
        import msgspec

        decode = msgspec.json.Decoder(Alert).decode
        tps = [TopicPartition("alerts", number) for number in range(PARTITIONS)]
        consumer = KafkaConsumer(bootstrap_servers=self._broker, isolation_level="read_committed")
        consumer.assign(tps)
        consumer.seek_to_beginning()
        ends, found = consumer.end_offsets(tps), list[bytes]()
        while any(consumer.position(tp) < ends[tp] for tp in tps):
            for batch in consumer.poll(timeout_ms=200).values():
                found += [record.value for record in batch]
        consumer.close()
        texts = (decode(value).id for value in found) if self._way.ours else (v.decode() for v in found)
        return parted(texts)[0]
