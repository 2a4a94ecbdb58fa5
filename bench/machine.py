"""What a benchmark ran on, and when."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version

import msgspec

from bench.cores import Cores, processor

LIBRARIES = ("faust-streaming", "aiokafka", "river", "onnxruntime", "msgspec", "numpy")


class Machine(msgspec.Struct, frozen=True):
    """What it ran on."""

    processor: str
    cores: int
    pinned: bool
    load_before: float
    system: str
    python: str
    libraries: dict[str, str]


def machine(cores: Cores) -> Machine:
    """Describe this machine, without its name."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return Machine(
        processor=processor(),
        cores=os.cpu_count() or 1,
        pinned=cores.pinned,
        load_before=round(load, 2),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        libraries={name: version(name) for name in LIBRARIES},
    )


def today() -> str:
    """Give the date, UTC."""
    return f"{datetime.now(UTC):%Y-%m-%d}"
