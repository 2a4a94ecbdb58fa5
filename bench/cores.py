"""Which processor does what: the measured process has one to itself, everything else has the others."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class Cores:
    """Processor numbers; both empty where a process can't be pinned."""

    measured: frozenset[int]
    others: frozenset[int]

    @property
    def pinned(self) -> bool:
        """Whether the measured process runs alone on its processor."""
        return bool(self.measured)


def share_out() -> Cores:
    """Take the last processor for what is measured."""
    if not hasattr(os, "sched_getaffinity"):
        return Cores(frozenset(), frozenset())
    own = os.sched_getaffinity(0)
    if len(own) < 2:
        return Cores(frozenset(), frozenset())
    last = frozenset({max(own)})
    return Cores(last, frozenset(own) - last)


@contextmanager
def running_on(processors: frozenset[int]) -> Iterator[None]:
    """Run the block there, and what it starts stays there; nothing happens for an empty set."""
    if not processors:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def processor() -> str:
    """Give the processor's name as the system tells it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def taken(cores: Cores) -> float:
    """Give the CPU seconds that all have had of the measured processor; 0 where that is not known."""
    if not cores.pinned:
        return 0.0
    found = psutil.cpu_times(percpu=True)
    number = min(cores.measured)
    if number >= len(found):
        return 0.0
    times = found[number]
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))
