"""A long life of one worker, accelerated: what it holds on to hour after hour of event time.

Simulated wearers send at an even pace, at about half of what the worker can do; memory, open files, threads,
objects and what its servers store are looked at all along.
"""

from __future__ import annotations

import signal
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import psutil
import redis
from msgspec.structs import replace

from bench import packets
from bench.cores import share_out
from bench.endurance.watched import Objects
from bench.endurance.watched import read as read_told
from bench.feed import fill
from bench.packets import Size
from bench.process import Cost, Program, Tell, program
from bench.race.ways import run_worker
from bench.stage import Stage, stage
from streams.demo.children import Child, child, environment
from streams.demo.figures import look
from streams.engine.names import TABLE
from streams.errors import UserError
from streams.stack.jars import Progress
from streams.stack.kafka_server import LOGS

LOAD = 0.5
STEP_S = 60
"""Seconds of data in a packet."""
LOOKS = 200
"""In a whole run."""
PATIENCE_S = 600.0
ALLOWED = 0.05
"""By how much memory may differ between the second and the last quarter."""


class Look(msgspec.Struct, frozen=True):
    """One moment of the worker."""

    hours: float
    """Event time behind it."""
    memory_bytes: int
    """Resident."""
    files: int
    threads: int
    objects: int
    """Of Python, as far as its garbage collector knows them."""
    redis_bytes: int
    changelog_bytes: int
    lag: int
    """Records that wait."""


class SoakFigures(msgspec.Struct, frozen=True):
    """A whole run; quarters are those of event time, figures of a quarter the medians of its looks."""

    wearers: int
    event_hours: float
    minutes: float
    packets: int
    lost: int
    """Packets that were sent and came to no end: 0, or something is wrong."""
    processor_share: float
    """CPU seconds of the worker over wall seconds."""
    second_quarter: Look
    last_quarter: Look
    memory_change: float
    """Of the last quarter beside the second: 0.05 is five per cent more."""
    flat: bool
    """Whether that is within five per cent."""
    garbage: int
    """Unreachable objects that a full collection found at the end; the worker makes none itself."""
    collection_s: float
    looks: list[Look]


def measure(
    folder: Path, hours: float, minutes: float, wearers: int | None, tell: Tell, progress: Progress
) -> SoakFigures:
    """Run it all. Raises UserError when the worker ends or stands still."""
    speed, cores = hours * 60 / minutes, share_out()
    if wearers is None:
        with stage(folder / "race", cores, progress) as servers:
            wearers = _half_load(servers, speed, tell)
    with stage(folder / "soak", cores, progress) as servers:
        return Soak(servers, wearers, hours, speed, tell).run()


def _half_load(servers: Stage, speed: float, tell: Tell) -> int:
    """How many wearers make half of the load that the worker can take, at this speed."""
    tell("throughput of the worker")
    backlog = packets.simulate(Size(60, STEP_S), 50, 3.0)
    fill(servers.broker, backlog)
    cost = run_worker(servers.place(), len(backlog)).cost
    return max(round(LOAD * cost.packets / cost.wall * STEP_S / speed), 1)


class Soak:
    """One run on its servers."""

    def __init__(self, servers: Stage, wearers: int, hours: float, speed: float, tell: Tell) -> None:
        self._servers, self._wearers, self._hours, self._speed = servers, wearers, hours, speed
        self._tell = tell
        self._place = servers.place()
        self._told = self._place.folder / "objects"
        self._seen: list[tuple[int, Look]] = []
        """Packets read, and the look; its hours are set at the end."""

    def run(self) -> SoakFigures:
        """Feed, look on, drain, and sum up."""
        place = self._place
        arguments = ["-m", "bench.endurance.watched", str(self._told)]
        with program(arguments, environment(place.settings), place.folder, place.cores) as running:
            said = running.said(PATIENCE_S)
            worker, port = psutil.Process(said["pid"]), int(said["metrics_port"])
            with child("simulate", self._simulate(), place.settings, place.folder) as feeder:
                first = running.look(0)
                sent = self._follow(running, worker, port, feeder)
            last, lost = running.look(sent), sent - look(port).read
            end = self._objects(worker, signal.SIGUSR2)
        cost = Cost(sent, last.wall - first.wall, last.cpu - first.cpu)
        looks = [replace(one, hours=round(self._hours * read / sent, 2)) for read, one in self._seen]
        return summary(self._wearers, self._hours, cost, lost, looks, end)

    def _simulate(self) -> list[str]:
        options = {"--wearers": self._wearers, "--hours": self._hours, "--speed": self._speed}
        return ["simulate", "--json", *(str(part) for option in options.items() for part in option)]

    def _follow(self, running: Program, worker: psutil.Process, port: int, feeder: Child) -> int:
        """Look on until everything that was sent is read; gives how much that was."""
        pause, moved, before = self._hours * 3600 / self._speed / LOOKS, time.monotonic(), -1
        while True:
            running.look(0)  # tells when it has ended
            read, now = self._look(worker, port), time.monotonic()
            if read > before:
                moved, before = now, read
            said = feeder.said()
            if said is not None and read >= (sent := int(said["packets"])):
                return sent
            if feeder.code not in (None, 0) or now - moved > PATIENCE_S:
                raise UserError(
                    f"nothing moves after {read} packets: {feeder.last_words()}; {running.last_words()}"
                )
            time.sleep(pause)

    def _look(self, worker: psutil.Process, port: int) -> int:
        figures = look(port)
        found = Look(
            hours=0.0,
            memory_bytes=worker.memory_info().rss,
            files=worker.num_fds(),
            threads=worker.num_threads(),
            objects=self._objects(worker, signal.SIGUSR1).objects,
            redis_bytes=self._redis_bytes(),
            changelog_bytes=self._changelog_bytes(),
            lag=figures.lag,
        )
        self._seen.append((figures.read, found))
        self._tell(f"{figures.read:,} packets, {found.memory_bytes / 1e6:.0f} MB, {found.lag} wait")
        return figures.read

    def _objects(self, worker: psutil.Process, number: signal.Signals) -> Objects:
        """Ask, and wait for the answer."""
        before, end = len(read_told(self._told)), time.monotonic() + PATIENCE_S
        worker.send_signal(number)
        while len(told := read_told(self._told)) == before:
            if time.monotonic() > end:
                raise UserError("the worker does not tell its objects")
            time.sleep(0.05)
        return told[-1]

    def _redis_bytes(self) -> int:
        with redis.Redis.from_url(self._place.redis_url) as client:
            return int(client.info("memory")["used_memory"])

    def _changelog_bytes(self) -> int:
        name = f"{self._place.settings.app_id}-{TABLE}-changelog-*"
        logs = (self._servers.stack.data_dir / "kafka" / LOGS).glob(f"{name}/*.log")
        return sum(_size(path) for path in logs)


def _size(path: Path) -> int:
    """Bytes of a file; 0 for one that compaction has just taken away."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def summary(
    wearers: int, hours: float, cost: Cost, lost: int, looks: Sequence[Look], end: Objects
) -> SoakFigures:
    """Compare the last quarter of the event time with the second."""
    second, last = quarter(looks, 1, hours), quarter(looks, 3, hours)
    change = round(last.memory_bytes / second.memory_bytes - 1, 4)
    return SoakFigures(
        wearers=wearers,
        event_hours=hours,
        minutes=round(cost.wall / 60, 1),
        packets=cost.packets,
        lost=lost,
        processor_share=round(cost.cpu / cost.wall, 3),
        second_quarter=second,
        last_quarter=last,
        memory_change=change,
        flat=abs(change) <= ALLOWED,
        garbage=end.found,
        collection_s=end.seconds,
        looks=list(looks),
    )


def quarter(looks: Sequence[Look], number: int, hours: float) -> Look:
    """The median of each figure over a quarter, counted from 0. Raises UserError when nobody looked in it."""
    span = hours / 4
    inside = [one for one in looks if number * span < one.hours <= (number + 1) * span]
    if not inside:
        raise UserError("no look in a quarter of the run: let it take longer")
    medians = {
        name: type(getattr(inside[0], name))(statistics.median(getattr(one, name) for one in inside))
        for name in Look.__struct_fields__
    }
    return Look(**medians)
