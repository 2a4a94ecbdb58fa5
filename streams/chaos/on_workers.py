"""What befalls workers."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from streams.chaos.scene import Inject, Scene


@contextmanager
def kill(scene: Scene, chance: random.Random) -> Iterator[None]:
    """One is killed; the supervisor starts another."""
    chance.choice(scene.crew.workers).send(signal.SIGKILL)
    yield


@contextmanager
def freeze(scene: Scene, chance: random.Random) -> Iterator[None]:
    """One is stopped; it wakes up when its partitions are another's."""
    worker = chance.choice(scene.crew.workers)
    worker.send(signal.SIGSTOP)
    try:
        yield
    finally:
        worker.send(signal.SIGCONT)


FAULTS: dict[str, Inject] = {"worker-kill": kill, "worker-freeze": freeze}
