"""What an operator is given fits what is shown: rules, alerts, their tests and their runbooks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry

from exporters.deliveries.measures import DeliveryMetrics
from exporters.metrics.api_part import ApiMetrics
from exporters.metrics.worker import WorkerMetrics
from tests.exporters.test_metrics import use_everything

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "exporters" / "prometheus"
RULES = sorted(PROMETHEUS.glob("rules/*.yml")) + sorted(PROMETHEUS.glob("alerts/*.yml"))
TESTS = sorted(PROMETHEUS.glob("tests/*.yml"))
RUNBOOKS = ROOT / "docs" / "runbooks"
PUBLISHED = "http://localhost:3000/public/vitalstream/"
"""Where docker-compose has Grafana serve the docs to the browser of whoever reads an alert."""

OWN_METRIC = re.compile(r"(?<![\w:])vitalstream_\w+")
RECORDED = re.compile(r"\bjob\w*:\w+:\w+")
SEVERITIES = {"critical", "warning", "none"}
SECTIONS = ["## Look", "## Do", "## It is over when"]
COUNTED = re.compile(r"(?:rate|increase)\((vitalstream_\w+)(\{[^}]*\})?\[")
ONE_IS_ENOUGH = re.compile(r"^increase\((vitalstream_\w+)\[15m\]\) > 0")
BEGIN_WITH_A_CASE = {
    "vitalstream_alerts_total": "a share over an hour, which nobody is called for",
    "vitalstream_alerts_held_back_total": "a share over an hour, which nobody is called for",
    "vitalstream_api_requests_total": "a share while requests go on to fail for five minutes",
    "vitalstream_calibration_cases_total": "sums over a hundred cases; all three begin together",
    "vitalstream_calibration_expected_total": "as the cases",
    "vitalstream_calibration_true_total": "as the cases",
}
"""Counters of rules that are not there before they count, and why the first of each may be missed."""
WITHOUT_DATA = {"VitalstreamNoWorker", "VitalstreamWatchdog"}
"""No data on workers is no worker; the watchdog needs none."""


@pytest.fixture(scope="module")
def shown() -> set[str]:
    """Every sample name that the endpoints of a worker, of deliveries and of the API have."""
    registry = CollectorRegistry()
    use_everything(WorkerMetrics(registry))
    deliveries = DeliveryMetrics(registry, ["ward"], ["all"])
    deliveries.lost("ward", "expired")
    deliveries.receiver("ward", 1, 2.0, disabled=False)
    ApiMetrics(registry).request("GET", "/alerts", 200, 0.1)
    return {sample.name for family in registry.collect() for sample in family.samples}


@cache
def rules() -> list[dict[str, Any]]:
    groups = [group for path in RULES for group in yaml.safe_load(path.read_text())["groups"]]
    return [rule for group in groups for rule in group["rules"]]


def alerts() -> list[Any]:
    return [pytest.param(rule, id=rule["alert"]) for rule in rules() if "alert" in rule]


every_alert = pytest.mark.parametrize("rule", alerts())


def test_rules_use_only_metrics_that_exist(shown: set[str]) -> None:
    recorded = {rule["record"] for rule in rules() if "record" in rule}

    for rule in rules():
        assert set(OWN_METRIC.findall(rule["expr"])) <= shown, rule["expr"]
        assert set(RECORDED.findall(rule["expr"])) <= recorded, rule["expr"]


@pytest.fixture(scope="module")
def fresh() -> set[str]:
    """The series of a worker, of deliveries and of an API that have just begun, as selectors of zeros."""
    registry = CollectorRegistry()
    WorkerMetrics(registry).build({"rhythm": "1"})
    DeliveryMetrics(registry, ["ward"], ["all"])
    ApiMetrics(registry)
    samples = [sample for family in registry.collect() for sample in family.samples if sample.value == 0]
    return {sample.name for sample in samples} | {
        f'{sample.name}{{{label}="{value}"}}' for sample in samples for label, value in sample.labels.items()
    }


def counted() -> set[tuple[str, str]]:
    """Name and label matchers of each counter that a rule takes the increase of."""
    return {found for rule in rules() for found in COUNTED.findall(rule["expr"])}


def test_what_a_rule_takes_the_increase_of_is_there_at_0_before_it_counts(fresh: set[str]) -> None:
    """A series that begins with 5 has no increase: what happened once would never be told."""
    missing = {
        name
        for name, matchers in counted()
        if name not in BEGIN_WITH_A_CASE
        for one in matchers.strip("{}").split(", ")
        if (f"{name}{{{one}}}" if one else name) not in fresh
    }

    assert len(counted()) > 15
    assert not missing


def test_the_reasons_why_a_counter_may_begin_late_are_of_counters_that_do(fresh: set[str]) -> None:
    assert set(BEGIN_WITH_A_CASE) <= {name for name, _ in counted()}
    assert not set(BEGIN_WITH_A_CASE) & fresh


@pytest.mark.parametrize("reason", ["forged", "damaged"])
def test_each_reason_why_a_page_is_not_used_is_there_before_the_first(fresh: set[str], reason: str) -> None:
    assert f'vitalstream_snapshot_cold_starts_total{{reason="{reason}"}}' in fresh


def test_what_happens_once_is_told_too_when_it_was_before_the_first_scrape() -> None:
    once = [rule["expr"] for rule in rules() if ONE_IS_ENOUGH.match(rule["expr"])]

    assert len(once) == 6
    for expression in once:
        [name] = ONE_IS_ENOUGH.findall(expression)
        young = "and on (job, instance) time() - process_start_time_seconds < 900"
        assert expression.endswith(f" or {name} > 0 {young}")


@every_alert
def test_an_alert_says_how_bad_it_is_what_it_is_and_where_its_runbook_is(rule: dict[str, Any]) -> None:
    told = rule["annotations"]

    assert rule["labels"]["severity"] in SEVERITIES
    assert set(told) == {"summary", "description", "runbook_url"}
    assert told["description"].endswith(("?", ".", ")"))
    assert told["runbook_url"] == f"{PUBLISHED}runbooks/{rule['alert']}.md"
    named = set(OWN_METRIC.findall(told["summary"] + told["description"]))
    assert all(name.endswith("_total") for name in named)


@every_alert
def test_a_runbook_says_what_to_look_at_what_to_do_and_when_it_is_over(rule: dict[str, Any]) -> None:
    text = (RUNBOOKS / f"{rule['alert']}.md").read_text()

    assert text.startswith(f"# {rule['alert']}\n")
    assert "**What people notice.** " in text
    assert re.findall(r"^## .+$", text, re.MULTILINE) == SECTIONS
    assert re.search(r"## Look\n\n(.+\n)?```(promql|sh)\n", text)


@every_alert
def test_queries_of_a_runbook_are_of_metrics_that_exist(rule: dict[str, Any], shown: set[str]) -> None:
    text = (RUNBOOKS / f"{rule['alert']}.md").read_text()
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    asked = "\n".join(re.findall(r"```promql\n(.*?)```", text, re.DOTALL))

    assert set(OWN_METRIC.findall(asked)) <= shown
    assert set(RECORDED.findall(asked)) <= recorded


def test_every_runbook_is_of_an_alert() -> None:
    names = [rule["alert"] for rule in rules() if "alert" in rule]

    assert sorted([*names, "README"]) == sorted(path.stem for path in RUNBOOKS.glob("*.md"))
    listed = re.findall(
        r"^\| \[(\w+)\]\(\1\.md\) \| (\w+) \|", (RUNBOOKS / "README.md").read_text(), re.MULTILINE
    )
    assert dict(listed) == {r["alert"]: r["labels"]["severity"] for r in rules() if "alert" in r}


@every_alert
def test_an_alert_is_tried_firing_not_firing_and_without_data(rule: dict[str, Any]) -> None:
    tried = [
        (bool(one["input_series"]), bool(case["exp_alerts"]))
        for path in TESTS
        for one in yaml.safe_load(path.read_text())["tests"]
        for case in one["alert_rule_test"]
        if case["alertname"] == rule["alert"]
    ]

    wanted = {(True, True), (True, False), (False, False)}
    if rule["alert"] in WITHOUT_DATA:
        wanted = {(False, True)} if rule["alert"] == "VitalstreamWatchdog" else {*wanted, (False, True)}
        wanted.discard((False, False))
    assert set(tried) == wanted


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_alerts_fire_when_they_should(path: Path) -> None:
    promtool("test", "rules", str(path))


def test_prometheus_accepts_configuration_and_rules() -> None:
    promtool("check", "config", "prometheus.yml")
    promtool("check", "rules", *map(str, RULES))


def test_configuration_reads_every_file_of_rules() -> None:
    told = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())

    assert sorted(path for glob in told["rule_files"] for path in PROMETHEUS.glob(glob)) == sorted(RULES)


def promtool(*arguments: str) -> None:
    """Run it beside the rules; what it says is the failure."""
    found = shutil.which("promtool")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("promtool is missing: install Debian's package prometheus")
        pytest.skip("promtool is not installed (Debian's package prometheus)")

    done = subprocess.run([found, *arguments], cwd=PROMETHEUS, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
