"""Real workers with the real core, as processes on the session's Kafka and Valkey."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import redis
from kafka import KafkaProducer

from streams.demo.figures import Figures, look
from streams.records import Alert
from streams.settings import Settings
from streams.stack import LocalStack
from tests.streams.engine.harness import Observer, eventually, fresh_topics

STATE_KEY = "5a" * 32
START = [sys.executable, "-c", "from streams.cli import main; main()", "worker", "--json"]


class RealWorker:
    """One `vitalstream worker`."""

    def __init__(self, environment: dict[str, str], folder: Path, command: list[str] = START) -> None:
        folder.mkdir()
        self.log = folder / "worker.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command,
                env=os.environ | environment | {"VITALSTREAM_DATA_DIR": str(folder)},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def wait_ready(self) -> int:
        """The port of its metrics."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.log.read_text()
        return int(json.loads(line)["metrics_port"])

    def figures(self, port: int) -> Figures:
        return look(port)

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


class Bench:
    """Everything a test of real workers needs."""

    def __init__(self, stack: LocalStack, redis_url: str, app_id: str, folder: Path) -> None:
        self.settings = Settings(
            broker=stack.broker, redis_url=redis_url, app_id=app_id, state_key=STATE_KEY, data_dir=folder
        )
        self.observer = Observer(stack.broker, app_id)
        self.workers: list[RealWorker] = []
        self._folder = folder
        self._redis_url = redis_url

    def start(self, command: list[str] = START, **environment: str) -> RealWorker:
        worker = RealWorker(
            {
                "VITALSTREAM_BROKER": self.settings.broker,
                "VITALSTREAM_REDIS_URL": self._redis_url,
                "VITALSTREAM_APP_ID": self.settings.app_id,
                "VITALSTREAM_STATE_KEY": STATE_KEY,
                "VITALSTREAM_SESSION_TIMEOUT_S": "6",
                "VITALSTREAM_CHECKPOINT_S": "1",
                **environment,
            },
            self._folder / f"worker{len(self.workers)}",
            command,
        )
        self.workers.append(worker)
        return worker

    def produce(
        self,
        records: list[tuple[bytes, bytes]],
        topic: str = "vitals",
        partition: int | None = None,
        **headers: bytes,
    ) -> None:
        producer = KafkaProducer(
            bootstrap_servers=self.settings.broker, linger_ms=20, max_request_size=17 * 1024 * 1024
        )
        told = list(headers.items())
        sent = [producer.send(topic, value, key, headers=told, partition=partition) for key, value in records]
        producer.flush()
        assert all(future.succeeded() for future in sent)
        producer.close()

    def alerts(self) -> list[Alert]:
        """Every entry of the alert stream, oldest first."""
        decode = msgspec.json.Decoder(Alert).decode
        with redis.Redis.from_url(self._redis_url, decode_responses=True) as client:
            entries: list[Any] = client.xrange("vitalstream:alerts")
            return [decode(fields["body"]) for _, fields in entries]

    def wait_done(self, seconds: float = 120.0) -> None:
        eventually(self.observer.all_committed, "everything is committed", seconds)

    def close(self) -> None:
        """Nothing of it goes on."""
        for worker in self.workers:
            if worker.process.poll() is None:
                worker.process.kill()
                worker.process.wait()
        self.observer.close()


@pytest.fixture
def bench(stack: LocalStack, redis_url: str, app_id: str, tmp_path: Path) -> Iterator[Bench]:
    fresh_topics(stack.broker)
    made = Bench(stack, redis_url, app_id, tmp_path)
    yield made
    made.close()
