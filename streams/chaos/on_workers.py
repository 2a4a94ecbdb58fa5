"""What befalls workers."""

from __future__ import annotations

import random
import resource
import signal
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from streams.chaos.on_servers import limit_files
from streams.chaos.scene import Inject, Scene
from streams.errors import UserError

READY_S = 120.0
CLIENTS = 50
"""How many scrape at once."""
HOUR_S = 3600


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


@contextmanager
def rebalances(scene: Scene, chance: random.Random) -> Iterator[None]:
    """More workers come, most of them go, others come: three hand-overs under load."""
    crew = scene.crew
    count = len(crew.workers)
    for wanted in (count + 1, 1, count + 1):
        crew.want(wanted)
        crew.wait_ready(READY_S)
        time.sleep(chance.uniform(0.0, 3.0))
    try:
        yield
    finally:
        crew.want(count)


@contextmanager
def disk_full(scene: Scene, chance: random.Random) -> Iterator[None]:
    """One can write no file, its own log neither."""
    pid = chance.choice(scene.crew.workers).pid
    before = limit_files(pid, 1)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def scrape_storm(scene: Scene, _chance: random.Random) -> Iterator[None]:
    """Every worker's metrics are read by many clients, each again and again."""
    ports = [worker.metrics_port for worker in scene.crew.workers]
    enough, address = threading.Event(), "http://127.0.0.1:{}/metrics"

    def scrape(port: int | None) -> None:
        while port is not None and not enough.is_set():
            with suppress(OSError), urllib.request.urlopen(address.format(port), timeout=5) as answer:
                answer.read()

    with ThreadPoolExecutor(CLIENTS) as clients, ExitStack() as held:
        held.callback(enough.set)
        for client in range(CLIENTS):
            clients.submit(scrape, ports[client % len(ports)])
        yield


@contextmanager
def clock_jump(scene: Scene, chance: random.Random) -> Iterator[None]:
    """One worker's clock goes an hour forward or back, and later home again."""
    worker, sign = chance.choice(scene.crew.workers), chance.choice("+-")
    clock = clock_file(scene.folder, worker.number)
    clock.write_text(f"{sign}{HOUR_S}\n")
    try:
        yield
    finally:
        clock.write_text("+0\n")


def clock_file(folder: Path, worker: int | str) -> Path:
    """Where a worker's clock is set."""
    return folder / f"clock.{worker}"


def faketime() -> Path:
    """The library that fakes clocks. Raises UserError where it is missing."""
    found = sorted(Path("/usr/lib").glob("**/faketime/libfaketimeMT.so.1"))
    if not found:
        raise UserError("libfaketime is not installed (Debian's package faketime)")
    return found[0]


def fake_clocks(folder: Path) -> dict[str, str]:
    """What lets a worker go by the clock in its file. Raises UserError where libfaketime is missing."""
    for number in range(1, 1000):  # a worker that starts finds one that is right
        clock_file(folder, number).write_text("+0\n")
    return {
        "LD_PRELOAD": str(faketime()),
        "FAKETIME_TIMESTAMP_FILE": str(clock_file(folder, "%n")),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


FAULTS: dict[str, Inject] = {
    "worker-kill": kill,
    "worker-freeze": freeze,
    "worker-disk-full": disk_full,
    "rebalances": rebalances,
    "scrape-storm": scrape_storm,
    "clock-jump": clock_jump,
}
