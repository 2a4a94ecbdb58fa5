"""A measured process: started on its own processor, looked at from outside, always ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.cores import Cores, running_on, taken
from streams.demo.children import end, last_words
from streams.errors import UserError

Tell = Callable[[str], None]
"""Hears what is being measured."""
WORKER = ("-c", "from streams.cli import main; main()", "worker", "--json")
START_S = 60.0
LOOK_S = 0.5
FIRST_LOOK_S = 0.02
"""Before the first packet: what is done before it was seen counts for nobody, and early packets are cheap."""
STANDSTILL_S = 30.0
STOP_S = 15.0


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at one moment: wall and CPU seconds, and packets done so far.

    `taken` is the CPU time that all processes together have had of the measured processor, in seconds.
    """

    wall: float
    cpu: float
    done: int
    taken: float = 0.0


@dataclass(frozen=True, slots=True)
class Cost:
    """So many packets took so long: wall seconds while busy, CPU seconds of the process.

    `others` are CPU seconds that other processes had of the measured processor meanwhile.
    """

    packets: int
    wall: float
    cpu: float
    others: float = 0.0


class Program:
    """A Python program with its output in files."""

    def __init__(
        self, arguments: Sequence[str], environ: Mapping[str, str], folder: Path, cores: Cores
    ) -> None:
        self._cores = cores
        self._out, self._log = folder / "out", folder / "log"
        with self._out.open("wb") as out, self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, *arguments],
                env={**os.environ, "OMP_NUM_THREADS": "1", **environ},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=log,
                start_new_session=True,
            )
        self._seen = psutil.Process(self._process.pid)

    def said(self, patience_s: float = START_S, of: str = "") -> dict[str, Any]:
        """Wait for a JSON object that it prints, one with the key `of`. Raises UserError when none comes."""
        end = time.monotonic() + patience_s
        while True:
            ended = self._process.poll() is not None
            for line in self._out.read_text().splitlines(keepends=True)[::-1]:
                found: dict[str, Any] = json.loads(line) if line.endswith("\n") else {}
                if found and (not of or of in found):
                    return found
            if ended or time.monotonic() > end:
                raise UserError(f"a measured program said nothing: {self.last_words()}")
            time.sleep(0.05)

    def look(self, done: int) -> Look:
        """Read its clocks."""
        if self._process.poll() is not None:
            raise UserError(f"a measured program ended: {self.last_words()}")
        times = self._seen.cpu_times()
        return Look(time.monotonic(), times.user + times.system, done, taken(self._cores))

    def resident(self) -> int:
        """Bytes of memory that it has."""
        return int(self._seen.memory_info().rss)

    def last_words(self) -> str:
        """Give the end of its log, in one line."""
        return last_words(self._log, self._process.poll())

    def stop(self) -> None:
        """End it: politely, then not."""
        end(self._process, STOP_S)


@contextmanager
def program(
    arguments: Sequence[str], environ: Mapping[str, str], folder: Path, cores: Cores
) -> Iterator[Program]:
    """Run a Python program on the measured processor; it does not outlive the block."""
    folder.mkdir(parents=True, exist_ok=True)
    with running_on(cores.measured):
        started = Program(arguments, environ, folder, cores)
    try:
        yield started
    finally:
        started.stop()


def follow(running: Program, done: Callable[[], int], total: int) -> list[Look]:
    """Look on until `total` packets are done. Raises UserError when nothing moves any more."""
    looks = [running.look(done())]
    moved = time.monotonic()
    while looks[-1].done < total:
        time.sleep(LOOK_S if looks[-1].done else FIRST_LOOK_S)
        look = running.look(done())
        moved = look.wall if look.done > looks[-1].done else moved
        looks.append(look)
        if look.wall - moved > STANDSTILL_S:
            raise UserError(f"stands still at {look.done} of {total} packets: {running.last_words()}")
    return looks


def busy(looks: Sequence[Look]) -> Cost:
    """Give the cost between the first look that saw packets done and the last one that saw some left.

    So neither the start nor the wait for the last look counts. Runs of a few looks count to their end.
    """
    first = next(look for look in looks if look.done)
    before = [look for look in looks if first.wall < look.wall and look.done < looks[-1].done]
    last = before[-1] if before else looks[-1]
    if last.done == first.done:
        first = looks[0]
    cpu = last.cpu - first.cpu
    others = max(last.taken - first.taken - cpu, 0.0) if first.taken else 0.0
    return Cost(last.done - first.done, last.wall - first.wall, cpu, others)
