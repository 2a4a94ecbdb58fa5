"""How long a worker needs to come back with the state of many wearers, and how much memory it has then.

Some wearers are simulated; their state is stored under many names, as a worker stores it. Then a real worker
starts on it, with packets waiting.
"""

from __future__ import annotations

import time
import uuid
from pathlib import Path

import msgspec

from bench.cores import running_on, share_out
from bench.lives import HOURS, LATER_MS, MODELS, lived, sealed_pages, send, store, turns
from bench.process import WORKER, Tell, program
from streams.demo.children import environment
from streams.demo.figures import look
from streams.errors import UserError
from streams.keys import state_seal
from streams.settings import Settings
from streams.stack import running_stack
from streams.stack.jars import Progress

PACKETS = 2_000
"""That wait when the worker starts."""
PATIENCE_S = 600.0


class RestartFigures(msgspec.Struct, frozen=True):
    """Seconds from the start of the process, and bytes."""

    wearers: int
    partitions: int
    stored_bytes: int
    """Of one wearer, in the changelog."""
    ready_s: float
    """Its state is recovered and it has joined its group."""
    scored_s: float
    """All packets that waited are scored."""
    packets: int
    memory_bytes: int
    """Resident, then."""


def measure(folder: Path, wearers: int, partitions: int, tell: Tell, progress: Progress) -> RestartFigures:
    """Store, start, wait. Raises UserError when the worker does not come back."""
    cores = share_out()
    tell(f"simulating {MODELS} wearers over {HOURS:g} h")
    lives, later = lived(LATER_MS)
    settings = Settings(data_dir=folder / "stack", partitions=partitions, state_key=None)
    with running_on(cores.others), running_stack(settings, progress) as stack:
        found = stack.settings.model_copy(
            update={"app_id": f"bench-{uuid.uuid4().hex[:8]}", "data_dir": folder / "data", "metrics_port": 0}
        )
        tell(f"storing {wearers:,} wearers")
        stored = store(found, sealed_pages(state_seal(found), partitions, lives, wearers))
        send(found, turns(partitions, later, wearers, PACKETS, PACKETS))
        tell("starting a worker")
        began = time.monotonic()
        with program(WORKER, environment(found), folder / "worker", cores) as running:
            port = int(running.said(PATIENCE_S)["metrics_port"])
            ready = time.monotonic() - began
            while (figures := look(port)).read < PACKETS:
                running.look(0)
                if time.monotonic() - began > PATIENCE_S:
                    raise UserError(f"{figures.read} of {PACKETS} packets scored: {running.last_words()}")
                time.sleep(0.2)
            scored = time.monotonic() - began
    return RestartFigures(
        wearers, partitions, round(stored / wearers), round(ready, 1), round(scored, 1), PACKETS,
        figures.memory_bytes,
    )  # fmt: skip
