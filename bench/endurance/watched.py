"""A worker that tells, when a signal asks, how many objects it holds and what only a full collection finds.

`python -m bench.endurance.watched FILE` is `vitalstream worker --json`. SIGUSR1 appends a line of JSON to
FILE; SIGUSR2 the same after a full collection, which a worker never does by itself.
"""

from __future__ import annotations

import gc
import json
import signal
import sys
import time
from pathlib import Path
from types import FrameType

import msgspec


class Objects(msgspec.Struct, frozen=True):
    """What the garbage collector knows of. What the worker froze at its start is left out."""

    objects: int
    found: int
    """Unreachable objects that a full collection found; 0 when none was asked for."""
    seconds: float


def take(path: Path, collect: bool) -> None:
    """Append one line."""
    began = time.perf_counter()
    found = gc.collect() if collect else 0
    line = Objects(len(gc.get_objects()), found, round(time.perf_counter() - began, 3))
    with path.open("ab") as file:
        file.write(msgspec.json.encode(line) + b"\n")


def read(path: Path) -> list[Objects]:
    """Everything told so far, whole lines only."""
    text = path.read_bytes() if path.exists() else b""
    return [Objects(**json.loads(line)) for line in text.splitlines(keepends=True) if line.endswith(b"\n")]


def watch(path: Path) -> None:
    """Answer both signals from now on."""

    def on_signal(number: int, _frame: FrameType | None) -> None:
        take(path, collect=number == signal.SIGUSR2)

    signal.signal(signal.SIGUSR1, on_signal)
    signal.signal(signal.SIGUSR2, on_signal)


def main(path: Path) -> None:
    """Run the worker."""
    watch(path)
    from streams.cli import main as command

    sys.argv = ["vitalstream", "worker", "--json"]
    command()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
