"""A real Prometheus (Debian's) that scrapes what a test runs."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.stack.server import free_port
from tests.exporters.test_operations import RULES


@dataclass(frozen=True)
class Prometheus:
    """Asks its API; raises HTTPError where it refuses."""

    url: str

    def get(self, path: str, **parameters: str) -> Any:
        asked = f"{self.url}{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return json.load(answer)["data"]

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series that an expression gives now."""
        result: list[dict[str, Any]] = self.get("/api/v1/query", query=expression)["result"]
        return result


@contextlib.contextmanager
def prometheus_of(
    folder: Path,
    jobs: Mapping[str, Sequence[int]],
    more: Sequence[Mapping[str, Any]] = (),
    every: str = "500ms",
) -> Iterator[Prometheus]:
    """A Prometheus with the project's rules that looks at these ports, by job, and at the rules so often.

    `more` are scrape configurations of their own.
    """
    binary = shutil.which("prometheus")
    if binary is None:
        if os.environ.get("CI"):
            pytest.fail("prometheus is missing: install Debian's package prometheus")
        pytest.skip("prometheus is not installed (Debian's package prometheus)")
    (folder / "prometheus.yml").write_text(yaml.safe_dump(_configuration(jobs, more, every)))
    port = free_port()
    found = Prometheus(f"http://127.0.0.1:{port}")
    command = [binary, "--config.file=prometheus.yml", "--storage.tsdb.path=data"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, f"--web.listen-address=127.0.0.1:{port}"], cwd=folder, stdout=log, stderr=log
        )
    try:
        wait_for(lambda: found.query("count_over_time(up[1m]) > 1"), folder / "log")
        yield found
    finally:
        process.terminate()
        process.wait(60)


def _configuration(
    jobs: Mapping[str, Sequence[int]], more: Sequence[Mapping[str, Any]], every: str
) -> dict[str, Any]:
    return {
        "global": {"scrape_interval": every, "evaluation_interval": every},
        "rule_files": [str(path) for path in RULES],
        "scrape_configs": [
            {"job_name": job, "static_configs": [{"targets": [f"127.0.0.1:{port}" for port in ports]}]}
            for job, ports in jobs.items()
        ]
        + list(more),
    }


def wait_for(condition: Callable[[], object], log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if condition():
                return
        time.sleep(0.2)
    pytest.fail(f"no sign of life from Prometheus: {log.read_text()[-2000:]}")
