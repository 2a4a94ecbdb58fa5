"""What grows with the wearers of a worker, and what a second worker brings.

The state of some simulated wearers is stored under many names (`bench.lives`), and a real worker
starts on it. Then packets come, each of a wearer whose state it continues.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import msgspec

from bench import packets
from bench.cores import Cores, running_on, share_out
from bench.endurance.crews import PATIENCE_S, Crew, crew_on, packets_read
from bench.feed import fill
from bench.lives import LATER_MS, lived, sealed_pages, send, store, turns
from bench.machine import Machine, machine, today
from bench.packets import Packet, Size
from bench.process import WORKER, Tell, busy, follow, program
from bench.stage import stage
from models.snapshot import WearerSnapshot
from streams.demo.children import environment
from streams.demo.figures import look
from streams.keys import state_seal
from streams.settings import Settings
from streams.stack import running_stack
from streams.stack.jars import Progress

SENDERS = 1_000
"""Who sends while a crowd is measured: as many of each, so that crowds alone differ."""
PARTITIONS = 16
GIBIBYTE = 1 << 30
ALLOWED_BYTES = 4 * GIBIBYTE


class Scale(msgspec.Struct, frozen=True):
    """How much to run."""

    wearers: tuple[int, ...]
    packets: int
    """That come to each of these."""
    crew_hours: float
    """Event time of the backlog for one and two workers."""
    crew_rounds: int


WHOLE = Scale((1_000, 10_000, 100_000), 10_000, 2.0, 2)
QUICK = Scale((1_000, 10_000), 6_000, 1.0, 1)


class Point(msgspec.Struct, frozen=True):
    """One worker with so many wearers."""

    wearers: int
    ready_s: float
    """From the start of the process until all state is recovered."""
    packets: int
    cpu_us: float
    """CPU of the worker for a packet of 60 samples a signal, checkpoints included."""
    packets_per_s: float
    memory_bytes: int
    """Resident, after the packets."""


class GrowthFigures(msgspec.Struct, frozen=True):
    """A whole run."""

    date: str
    machine: Machine
    points: list[Point]
    cost_ratio: float
    """Of a packet: with most wearers beside the cheapest."""
    bytes_per_wearer: int
    """What memory grows by between the two largest crowds."""
    fits: bool
    """Whether the largest crowd stays within 4 GiB."""
    recovery_us: list[float]
    """Microseconds that each wearer adds to the recovery, from each size to the next: linear when alike."""
    crews: list[Crew]
    two_by_wall: float
    """Throughput of two workers over that of one."""
    two_by_cpu: float
    """The same for CPU seconds: what two could do if each had a processor to itself."""


def measure(folder: Path, quick: bool, tell: Tell, progress: Progress) -> GrowthFigures:
    """Measure everything. Raises UserError when a worker does not come through."""
    cores, scale = share_out(), QUICK if quick else WHOLE
    about = machine(cores)
    tell("simulating")
    lives, later = lived(LATER_MS)
    points = []
    for wearers in scale.wearers:
        tell(f"{wearers:,} wearers")
        points.append(_point(folder / str(wearers), wearers, scale.packets, lives, later, cores, progress))
        tell(f"{points[-1].cpu_us:.0f} µs CPU a packet, recovered in {points[-1].ready_s:.0f} s")
    crews = []
    backlog = packets.simulate(Size(10, 10), 50, scale.crew_hours)
    for number in range(scale.crew_rounds):
        for workers in (1, 2):
            tell(f"round {number + 1} of {scale.crew_rounds}: {workers} at work")
            with stage(folder / f"crew-{number}-{workers}", cores, progress) as servers:
                fill(servers.broker, backlog)
                crews.append(crew_on(servers, workers, len(backlog)))
    return summary(about, points, crews)


def summary(about: Machine, points: list[Point], crews: list[Crew]) -> GrowthFigures:
    """Put ratios to what was measured; of crews the medians count."""
    small, large = points[-2:]
    pairs = pairwise(points)
    one, two = ([crew for crew in crews if crew.workers == number] for number in (1, 2))
    return GrowthFigures(
        today(),
        about,
        points,
        cost_ratio=round(large.cpu_us / min(point.cpu_us for point in points), 2),
        bytes_per_wearer=round((large.memory_bytes - small.memory_bytes) / (large.wearers - small.wearers)),
        fits=large.memory_bytes <= ALLOWED_BYTES,
        recovery_us=[round((b.ready_s - a.ready_s) / (b.wearers - a.wearers) * 1e6, 1) for a, b in pairs],
        crews=crews,
        two_by_wall=round(_middle(two, "packets_per_s") / _middle(one, "packets_per_s"), 2),
        two_by_cpu=round(2 * _middle(one, "cpu_us") / _middle(two, "cpu_us"), 2),
    )


def _middle(crews: Sequence[Crew], name: str) -> float:
    found = sorted(float(getattr(crew, name)) for crew in crews)
    return (found[(len(found) - 1) // 2] + found[len(found) // 2]) / 2


def _point(
    folder: Path, wearers: int, number: int, lives: list[WearerSnapshot], later: list[Packet],
    cores: Cores, progress: Progress,
) -> Point:  # fmt: skip
    settings = Settings(data_dir=folder / "stack", partitions=PARTITIONS, state_key=None)
    with running_on(cores.others), running_stack(settings, progress) as stack:
        found = stack.settings.model_copy(
            update={
                "app_id": f"bench-{uuid.uuid4().hex[:8]}",
                "data_dir": folder / "data",
                "metrics_port": 0,
                # Cost is measured here, on a busy machine too: a worker that has to wait for it may live.
                "watchdog_s": PATIENCE_S,
                "session_timeout_s": 60.0,
            }
        )
        store(found, sealed_pages(state_seal(found), PARTITIONS, lives, wearers))
        send(found, turns(PARTITIONS, later, wearers, SENDERS, number))
        began = time.monotonic()
        with program(WORKER, environment(found), folder / "worker", cores) as running:
            port = int(running.said(PATIENCE_S)["metrics_port"])
            ready = time.monotonic() - began
            cost = busy(follow(running, lambda: packets_read(running, port), number))
            memory = look(port).memory_bytes
    cpu, rate = cost.cpu / cost.packets * 1e6, cost.packets / cost.wall
    return Point(wearers, round(ready, 1), number, round(cpu, 1), round(rate, 1), memory)
