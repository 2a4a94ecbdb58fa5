"""Every query of every panel and rule finds data, in a real Prometheus, of a live system."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.exporters.grafana.load import everything
from tests.exporters.grafana.pages import PATHS, asking
from tests.exporters.grafana.pictures import draw
from tests.exporters.running_prometheus import Prometheus, prometheus_of
from tests.exporters.test_operations import rules
from tests.integration.conftest import Bench, bench

__all__ = ["bench"]

pytestmark = pytest.mark.integration

GRAFANA = {"$job": ".+", "$instance": ".+", "$__rate_interval": "30s"}
"""As Grafana fills its variables in."""
PATIENCE_S = 150.0
PICTURES = os.environ.get("VITALSTREAM_TEST_PICTURES")
"""A folder: pictures of the dashboards are drawn into it (docs/pictures)."""
RARE = {
    "vitalstream_kafka_client_errors_total": "Kafka works",
    'status=~"5.."': "the API works",
}
"""What has no series while all is well, and why: its queries must be understood, and may find nothing."""

ELSEWHERE = ('job="alertmanager"', "prometheus_rule_evaluation_failures_total")
"""Of Alertmanager and Prometheus itself, which tests/deploy has among its targets."""

BY = re.compile(r"\b(?:by|on|ignoring|without|group_left|group_right)\s*\([^)]*\)")
SELECTED = re.compile(
    r"(?<![\w:])(?:vitalstream_\w+|process_start_time_seconds|job\w*:[\w:]+|prometheus_\w+|up\b)(?:\{[^}]*\})?"
)


def of_panels() -> Iterator[str]:
    """The queries of all panels, with Grafana's variables filled in."""
    for path in PATHS:
        for _, query in asking(path):
            for variable, value in GRAFANA.items():
                query = query.replace(variable, value)
            yield query


def of_rules() -> Iterator[str]:
    """What recording rules record, and each series that an alerting rule looks at (it gives none itself)."""
    for rule in rules():
        if "record" in rule:
            yield rule["record"]
            yield rule["expr"]
        else:
            yield from selectors(rule["expr"])


def selectors(expression: str) -> set[str]:
    """Every instant or range vector that an expression selects, as a query."""
    return set(SELECTED.findall(BY.sub("", expression)))


def rare(query: str) -> bool:
    return any(name in query for name in RARE)


def test_every_query_of_panels_and_rules_finds_data(bench: Bench, tmp_path: Path) -> None:
    asked = {*of_panels(), *of_rules()}
    wanted = sorted(query for query in asked if not any(name in query for name in ELSEWHERE))
    with everything(bench, tmp_path) as running:
        jobs = {
            "vitalstream": [running.worker],
            "vitalstream-deliver": [running.deliver],
            "vitalstream-api": [running.api],
        }
        folder = tmp_path / "prometheus"
        folder.mkdir()
        with prometheus_of(folder, jobs) as prometheus:
            empty = still_empty(prometheus, wanted)
            if PICTURES:
                draw(prometheus, GRAFANA, Path(PICTURES))

    unexpected = [query for query in empty if not rare(query)]
    assert not unexpected, "\n".join(unexpected)


def still_empty(prometheus: Prometheus, wanted: list[str]) -> list[str]:
    """The queries that found nothing, of those that may be waited for; raises where one is not understood."""
    empty, deadline = wanted, time.monotonic() + PATIENCE_S
    while any(not rare(query) for query in empty) and time.monotonic() < deadline:
        time.sleep(1.0)
        empty = [query for query in empty if not prometheus.query(query)]
    return empty


def test_what_may_be_empty_is_asked_for() -> None:
    asked = " ".join([*of_panels(), *of_rules()])

    assert all(name in asked for name in RARE)


def test_selectors_are_taken_out_of_an_expression() -> None:
    found = selectors('absent(up{job="a"} == 1) and sum by (job) (rate(vitalstream_x_total{a="b"}[5m])) > 1')

    assert found == {'up{job="a"}', 'vitalstream_x_total{a="b"}'}
