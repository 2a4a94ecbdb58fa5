"""What befalls Kafka and Valkey."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from streams.chaos.scene import Inject, Scene
from streams.errors import UserError
from streams.stack.server import Server

START_S = 120.0
RESTARTS = 5


@contextmanager
def away(server: Server, killed: bool) -> Iterator[None]:
    """Killed with -9, or stopped cleanly; started again on what it has stored."""
    if killed:
        server.kill()
    else:
        server.stop()
    try:
        yield
    finally:
        server.start()
        server.wait_ready(START_S)


@contextmanager
def full(server: Server) -> Iterator[None]:
    """It can append to no file, as if its disk were full; whoever ends of it is started again afterwards."""
    assert server.process is not None
    pid = server.process.pid
    before = limit_files(pid, 1)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
        try:
            server.start()
            server.wait_ready(START_S)
        except UserError:  # it was about to end of what it could not write
            server.start()
            server.wait_ready(START_S)


def limit_files(pid: int, size: int) -> tuple[int, int]:
    """Let a process write no file beyond `size` bytes, by a limit that needs no root; gives the one before.

    Writes fail at once, those to files that are larger already too.
    """
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, before[1]))
    return before


@contextmanager
def broker_kill(scene: Scene, _chance: random.Random) -> Iterator[None]:
    """Kafka is killed."""
    with away(scene.stack.kafka, killed=True):
        yield


@contextmanager
def broker_restarts(scene: Scene, chance: random.Random) -> Iterator[None]:
    """Kafka is restarted again and again, each time as soon as it answers or before."""
    for _ in range(RESTARTS - 1):
        with away(scene.stack.kafka, killed=chance.random() < 0.5):
            pass
        time.sleep(chance.uniform(0.0, 3.0))
    with away(scene.stack.kafka, killed=True):
        yield


@contextmanager
def broker_away(scene: Scene, _chance: random.Random) -> Iterator[None]:
    """Kafka is stopped for longer than any session lasts."""
    with away(scene.stack.kafka, killed=False):
        yield


@contextmanager
def broker_away_at_start(scene: Scene, _chance: random.Random) -> Iterator[None]:
    """Workers start while Kafka is away."""
    crew = scene.crew
    count = len(crew.workers)
    crew.want(0)
    with away(scene.stack.kafka, killed=False):
        crew.want(count)
        yield


@contextmanager
def valkey_kill(scene: Scene, _chance: random.Random) -> Iterator[None]:
    """Valkey is killed; it comes back on its append-only file."""
    with away(scene.stack.valkey, killed=True):
        yield


@contextmanager
def valkey_away(scene: Scene, _chance: random.Random) -> Iterator[None]:
    """Valkey is stopped."""
    with away(scene.stack.valkey, killed=False):
        yield


@contextmanager
def broker_full(scene: Scene, _chance: random.Random) -> Iterator[None]:
    """Kafka can write nothing more."""
    with full(scene.stack.kafka):
        yield


@contextmanager
def valkey_full(scene: Scene, _chance: random.Random) -> Iterator[None]:
    """Valkey can write nothing more."""
    with full(scene.stack.valkey):
        yield


FAULTS: dict[str, Inject] = {
    "broker-kill": broker_kill,
    "broker-restarts": broker_restarts,
    "broker-away": broker_away,
    "broker-away-at-start": broker_away_at_start,
    "broker-disk-full": broker_full,
    "valkey-kill": valkey_kill,
    "valkey-away": valkey_away,
    "valkey-disk-full": valkey_full,
}
