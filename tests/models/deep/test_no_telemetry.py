"""The runtime of the networks tells nobody that it runs: its wheel would, and marks the machine for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

RUN = "from models.deep.networks import Networks; Networks.load(); print('loaded')"


def test_networks_run_without_a_mark_of_telemetry(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    environment |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}

    told = subprocess.run([sys.executable, "-c", RUN], env=environment, capture_output=True, text=True)

    assert told.stdout == "loaded\n", told.stderr
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
