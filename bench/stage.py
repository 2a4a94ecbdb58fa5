"""Real servers for a benchmark, and a fresh place on them for every run."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis
from pydantic import SecretStr

from bench.core import SECRET
from bench.cores import Cores, running_on
from bench.packets import PARTITIONS
from streams.settings import Settings
from streams.stack import LocalStack, running_stack
from streams.stack.jars import Progress

DATABASES = 16


@dataclass(frozen=True, slots=True)
class Place:
    """Where a measured program runs: settings that name servers and a group of its own, folder, processor."""

    settings: Settings
    folder: Path
    cores: Cores

    @property
    def redis_url(self) -> str:
        """Valkey's URL."""
        return self.settings.redis_url.get_secret_value()


@dataclass(slots=True)
class Stage:
    """Kafka and Valkey, on the processors that are not measured."""

    stack: LocalStack
    folder: Path
    cores: Cores
    _runs: int = field(default=0)

    @property
    def broker(self) -> str:
        """Kafka's address."""
        return self.stack.broker

    def place(self) -> Place:
        """Give a consumer group, an empty database and a folder that no other run uses."""
        self._runs += 1
        number = self._runs % DATABASES
        url = f"{self.stack.redis_url.removesuffix('/0')}/{number}"
        with redis.Redis.from_url(url) as client:
            client.flushdb()
        folder = self.folder / f"run-{self._runs}"
        update = {
            "app_id": f"bench-{uuid.uuid4().hex[:8]}",
            "redis_url": SecretStr(url),
            "data_dir": folder / "data",
            "metrics_port": 0,
        }
        return Place(self.stack.settings.model_copy(update=update), folder, self.cores)


@contextmanager
def stage(folder: Path, cores: Cores, progress: Progress) -> Iterator[Stage]:
    """Start the servers in an empty folder; they end with the block."""
    # Not from the environment: a benchmark measures the defaults.
    settings = Settings(data_dir=folder / "stack", partitions=PARTITIONS, state_key=SecretStr(SECRET.hex()))
    with running_on(cores.others), running_stack(settings, progress) as stack:
        yield Stage(stack, folder, cores)
