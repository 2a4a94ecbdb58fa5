"""What befalls Kafka and Valkey."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

from streams.chaos.scene import Inject, Scene
from streams.stack.server import Server

START_S = 120.0


def _killed(server: Server) -> Iterator[None]:
    server.kill()
    try:
        yield
    finally:
        server.start()
        server.wait_ready(START_S)


@contextmanager
def broker_kill(scene: Scene, _chance: random.Random) -> Iterator[None]:
    """Kafka is killed."""
    yield from _killed(scene.stack.kafka)


@contextmanager
def valkey_kill(scene: Scene, _chance: random.Random) -> Iterator[None]:
    """Valkey is killed; it comes back on its append-only file."""
    yield from _killed(scene.stack.valkey)


FAULTS: dict[str, Inject] = {"broker-kill": broker_kill, "valkey-kill": valkey_kill}
