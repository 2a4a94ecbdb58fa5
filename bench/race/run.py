"""A whole benchmark run: the race and the latency for each packet size, then the memory of a wearer."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bench import packets
from bench.cores import Cores, share_out
from bench.machine import machine, today
from bench.packets import PARTITIONS, SIZES, Size
from bench.process import Tell, program
from bench.race import latency, many
from bench.race.figures import MemoryFigures, Report, SizeFigures, headline, size_figures
from bench.race.race import OURS, Race, race, ways
from bench.stage import stage
from streams.settings import PREFIX
from streams.stack.jars import Progress, quietly

WEARERS = 50
LOADS = (0.5, 0.8)
"""Shares of the race's throughput at which alerts are timed."""
MINUTE_PACKETS = Size(60, 60)


@dataclass(frozen=True, slots=True)
class Scale:
    """How much to run."""

    hours: dict[int, float]
    """Event time of the backlog by samples of a packet; a size that is not named is left out."""
    with_slowest: frozenset[int]
    """Sizes over which the slowest way is raced too; elsewhere it would make a run long."""
    rounds: int
    latency_s: float
    crowds: tuple[int, ...]
    """Wearers of the races with many of them."""
    memory_wearers: int
    memory_hours: float


WHOLE = Scale({1: 0.75, 10: 1.5, 60: 1.25}, frozenset({10}), 2, 16.0, (1_000, 10_000, 100_000), 200, 3.0)
QUICK = Scale({10: 1.5}, frozenset(), 2, 12.0, (), 200, 1.5)


def run(quick: bool, tell: Tell, progress: Progress = quietly) -> Report:
    """Measure everything. `tell` hears what is being done; raises UserError when a part can't be measured."""
    began, cores, scale = time.monotonic(), share_out(), QUICK if quick else WHOLE
    _forget_environment()
    before = machine(cores)
    with tempfile.TemporaryDirectory(prefix="vitalstream-bench-") as name:
        folder = Path(name)
        raced = [size for size in SIZES if size.samples in scale.hours]
        sizes = [_size(size, scale, folder, cores, tell, progress) for size in raced]
        crowds = many.measure(scale.crowds, folder, cores, tell, progress)
        memory = _memory(scale, folder, cores, tell)
    seconds = round(time.monotonic() - began, 1)
    return Report(
        **msgspec.structs.asdict(headline(sizes)),
        date=today(),
        quick=quick,
        rounds=scale.rounds,
        seconds=seconds,
        machine=before,
        sizes=sizes,
        many=crowds,
        memory=memory,
    )


def _forget_environment() -> None:
    """Measure the defaults, whatever this terminal is set to."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]


def _size(
    size: Size, scale: Scale, folder: Path, cores: Cores, tell: Tell, progress: Progress
) -> SizeFigures:
    told = _titled(tell, f"{size.samples} samples a signal")
    told("simulating")
    backlog = packets.simulate(size, WEARERS, scale.hours[size.samples])
    among = ways(slowest=size.samples in scale.with_slowest)
    with stage(folder / f"race-{size.samples}", cores, progress) as servers:
        found = race(servers, backlog, scale.rounds, told, among)
    late = []
    for load in LOADS:
        rate = load * _throughput(found)
        told(f"latency at {rate:,.0f} packets/s")
        hours = scale.hours[size.samples]  # as long as the backlog: packets cost more as histories grow
        wearers = max(PARTITIONS, round(rate * scale.latency_s * size.step_s / hours / 3600))
        steady = packets.simulate(size, wearers, hours, seed=2)
        with stage(folder / f"latency-{size.samples}-{load}", cores, progress) as servers:
            late.append((load, latency.measure(servers, steady, len(steady) / rate)))
    return size_figures(size, backlog, found, late)


def _throughput(found: Race) -> float:
    rates = sorted(cost.packets / cost.wall for cost in found.costs[OURS])
    return rates[len(rates) // 2]


def _memory(scale: Scale, folder: Path, cores: Cores, tell: Tell) -> MemoryFigures:
    tell(f"memory of {scale.memory_wearers} wearers after {scale.memory_hours:g} h")
    path = folder / "memory"
    packets.save(packets.simulate(MINUTE_PACKETS, scale.memory_wearers, scale.memory_hours), path)
    with program(["-m", "bench.race.memory", str(path)], {}, folder / "memory-run", cores) as running:
        said = running.said(patience_s=600)
    return MemoryFigures(hours=scale.memory_hours, **said)


def _titled(tell: Callable[[str], None], title: str) -> Tell:
    return lambda text: tell(f"{title}: {text}")
