"""Where a worker's processor time goes, by stage: `python -m bench.cost.where [SAMPLES]` prints a table.

A real worker takes a backlog out of a real Kafka, as in the race; see `bench.cost.timed_worker`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import msgspec

from bench import packets
from bench.cores import share_out
from bench.cost.timed_worker import Notes
from bench.feed import fill
from bench.packets import SIZES
from bench.process import follow, program
from bench.race.run import WEARERS
from bench.stage import stage
from streams.demo.children import environment
from streams.demo.figures import look
from streams.stack.jars import quietly

PATIENCE_S = 180.0
HOURS = {1: 1.0, 10: 0.8, 60: 3.0}
MODELS = ("decode", "observe", "infer", "decide", "explain", "finish")
"""What the floor does too."""
FETCHING = "Thread-"
"""Faust's consumer runs in a thread without a name of its own."""


def measure(samples: int) -> Notes:
    """CPU seconds by stage of a worker on a backlog of packets of so many samples of a signal."""
    size = next(size for size in SIZES if size.samples == samples)
    backlog, cores = packets.simulate(size, WEARERS, HOURS[samples]), share_out()
    with tempfile.TemporaryDirectory(prefix="vitalstream-where-") as name:
        folder = Path(name)
        with stage(folder, cores, quietly) as servers:
            fill(servers.broker, backlog)
            place, out = servers.place(), folder / "notes"
            arguments = ["-m", "bench.cost.timed_worker", str(out)]
            with program(arguments, environment(place.settings), place.folder, cores) as running:
                port = int(running.said(PATIENCE_S)["metrics_port"])
                follow(running, lambda: look(port).read, len(backlog))
            return msgspec.json.decode(out.read_bytes(), type=Notes)


def by_stage(notes: Notes) -> dict[str, float]:
    """CPU seconds by what they are for, without overlap; largest first."""
    told = dict(notes.stages)
    told["observe"] = told.get("observe", 0.0) - told.get("decode", 0.0)
    fetching = sum(spent for name, spent in notes.threads.items() if name.startswith(FETCHING))
    within = sum(told.get(name, 0.0) for name in (*MODELS, "encode", "effects", "alerts", "hand over"))
    told["fetch (its own thread)"] = fetching
    told["loop, Faust, hand-over to threads, metrics"] = notes.process - within - fetching
    return dict(sorted(told.items(), key=lambda item: -item[1]))


def table(notes: Notes) -> str:
    """The same as text: seconds per 100,000 packets, and shares."""
    share = notes.process / 100
    lines = [
        f"{name:45} {spent * 1e5 / notes.packets:7.2f} {spent / share:6.1f} %"
        for name, spent in by_stage(notes).items()
    ]
    models = sum(spent for name, spent in by_stage(notes).items() if name in MODELS) / share
    whole = notes.process * 1e5 / notes.packets
    threads = ", ".join(f"{name} {spent:.2f} s" for name, spent in sorted(notes.threads.items()))
    return "\n".join([*lines, f"{'all':45} {whole:7.2f}", f"models {models:.1f} %", f"threads: {threads}"])


if __name__ == "__main__":
    sys.stdout.write(table(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 10)) + "\n")
