"""A real Prometheus reads a worker's endpoint and the rules of this project."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry

from exporters.metrics.server import MetricsServer
from exporters.metrics.worker import WorkerMetrics
from tests.exporters.running_prometheus import Prometheus, prometheus_of
from tests.exporters.test_metrics import use_everything

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """A Prometheus that has scraped a worker's endpoint twice."""
    registry = CollectorRegistry()
    use_everything(WorkerMetrics(registry))
    server = MetricsServer(registry, lambda: None)
    with prometheus_of(tmp_path_factory.mktemp("prometheus"), {"vitalstream": [server.port]}) as running:
        yield running
    server.close()


def test_the_worker_is_scraped(prometheus: Prometheus) -> None:
    [target] = prometheus.get("/api/v1/targets")["activeTargets"]

    assert (target["health"], target["lastError"]) == ("up", "")
    [sample] = prometheus.query('vitalstream_packets_total{outcome="scored"}')
    assert sample["value"][1] == "3"


def test_every_rule_is_evaluated(prometheus: Prometheus) -> None:
    def healths() -> set[str]:
        groups = prometheus.get("/api/v1/rules")["groups"]
        return {rule["health"] for group in groups for rule in group["rules"]}

    deadline = time.monotonic() + 20
    while healths() != {"ok"} and time.monotonic() < deadline:
        time.sleep(0.2)
    assert healths() == {"ok"}
