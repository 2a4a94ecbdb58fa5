"""What an operator is given fits what a worker shows: the rules."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry

from exporters.deliveries.measures import DeliveryMetrics
from exporters.metrics.worker import WorkerMetrics
from tests.exporters.test_metrics import use_everything

ROOT = Path(__file__).parents[2]
RULES = ROOT / "exporters" / "prometheus" / "vitalstream.rules.yml"

OWN_METRIC = re.compile(r"(?<![\w:])vitalstream_\w+")
RECORDED = re.compile(r"job:\w+:\w+")


@pytest.fixture(scope="module")
def shown() -> set[str]:
    """Every sample name that the endpoints of a worker and of deliveries have."""
    registry = CollectorRegistry()
    use_everything(WorkerMetrics(registry))
    DeliveryMetrics(registry, ["ward"], ["all"]).lost("ward", "expired")
    return {sample.name for family in registry.collect() for sample in family.samples}


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def test_rules_use_only_metrics_that_exist(shown: set[str]) -> None:
    recorded = {rule["record"] for rule in rules() if "record" in rule}

    for rule in rules():
        assert set(OWN_METRIC.findall(rule["expr"])) <= shown, rule["expr"]
        assert set(RECORDED.findall(rule["expr"])) <= recorded, rule["expr"]


def test_every_alerting_rule_says_what_and_what_to_do() -> None:
    for rule in (rule for rule in rules() if "alert" in rule):
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert set(rule["annotations"]) == {"summary", "description"}
        named = set(OWN_METRIC.findall(" ".join(rule["annotations"].values())))
        assert all(name.endswith("_total") for name in named)


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "rules", "vitalstream.rules.yml"],
        ["check", "config", "prometheus.yml"],
        ["test", "rules", "vitalstream.test.yml"],
    ],
    ids=" ".join,
)
def test_promtool_accepts(arguments: list[str]) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        if os.environ.get("CI"):
            pytest.fail("promtool is missing: install Debian's package prometheus")
        pytest.skip("promtool is not installed (Debian's package prometheus)")

    done = subprocess.run(
        [promtool, *arguments], cwd=RULES.parent, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
