"""A real Prometheus reads a worker's endpoint and the rules of this project."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry

from exporters.metrics.server import MetricsServer
from exporters.metrics.worker import WorkerMetrics
from streams.stack.server import free_port
from tests.exporters.test_metrics import use_everything
from tests.exporters.test_operations import DASHBOARDS, RULES, expressions

pytestmark = pytest.mark.integration

# As Grafana fills its variables in.
GRAFANA = {"$job": ".+", "$instance": ".+", "$__rate_interval": "30s"}


@pytest.fixture(scope="module")
def worker() -> Iterator[MetricsServer]:
    registry = CollectorRegistry()
    metrics = WorkerMetrics(registry)
    use_everything(metrics)
    server = MetricsServer(registry, lambda: None)
    yield server
    server.close()


@pytest.fixture(scope="module")
def prometheus(worker: MetricsServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Prometheus that has scraped the worker twice."""
    binary = shutil.which("prometheus")
    if binary is None:
        if os.environ.get("CI"):
            pytest.fail("prometheus is missing: install Debian's package prometheus")
        pytest.skip("prometheus is not installed (Debian's package prometheus)")
    folder = tmp_path_factory.mktemp("prometheus")
    (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration(worker.port)))
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [binary, "--config.file=prometheus.yml", "--storage.tsdb.path=data"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, f"--web.listen-address=127.0.0.1:{port}"], cwd=folder, stdout=log, stderr=log
        )
    try:
        wait_for(lambda: query(url, "count_over_time(vitalstream_build_info[1m]) > 1"), (folder / "log"))
        yield url
    finally:
        process.terminate()
        process.wait(10)


def configuration(port: int) -> dict[str, Any]:
    return {
        "global": {"scrape_interval": "500ms", "evaluation_interval": "500ms"},
        "rule_files": [str(RULES)],
        "scrape_configs": [
            {"job_name": "vitalstream", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]},
        ],
    }


def wait_for(condition: Any, log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if condition():
                return
        except OSError:
            pass
        time.sleep(0.2)
    pytest.fail(f"no sign of life from Prometheus: {log.read_text()[-2000:]}")


def get(url: str, path: str, **parameters: str) -> Any:
    with urllib.request.urlopen(f"{url}{path}?{urllib.parse.urlencode(parameters)}", timeout=5) as answer:
        return json.load(answer)["data"]


def query(url: str, expression: str) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = get(url, "/api/v1/query", query=expression)["result"]
    return result


def test_the_worker_is_scraped(prometheus: str) -> None:
    [target] = get(prometheus, "/api/v1/targets")["activeTargets"]

    assert (target["health"], target["lastError"]) == ("up", "")
    [sample] = query(prometheus, 'vitalstream_packets_total{outcome="scored"}')
    assert sample["value"][1] == "3"


def test_every_rule_is_evaluated(prometheus: str) -> None:
    def healths() -> set[str]:
        groups = get(prometheus, "/api/v1/rules")["groups"]
        return {rule["health"] for group in groups for rule in group["rules"]}

    deadline = time.monotonic() + 20
    while healths() != {"ok"} and time.monotonic() < deadline:
        time.sleep(0.2)
    assert healths() == {"ok"}


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_every_panel_shows_something(prometheus: str, path: Path) -> None:
    for expression in expressions(path):
        for variable, value in GRAFANA.items():
            expression = expression.replace(variable, value)
        assert query(prometheus, expression), expression
