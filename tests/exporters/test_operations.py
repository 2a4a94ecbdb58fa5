"""What an operator is given fits what a worker shows: compose file and rules."""

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
from streams.settings import Settings
from tests.exporters.test_metrics import use_everything

ROOT = Path(__file__).parents[2]
RULES = ROOT / "exporters" / "prometheus" / "vitalstream.rules.yml"
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())

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


def test_compose_publishes_on_this_machine_alone() -> None:
    published = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]

    assert len(published) == 5
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_compose_pins_every_image_and_checks_every_server() -> None:
    for name, service in COMPOSE["services"].items():
        assert "build" in service or re.search(r":v?\d+\.\d+\.\d+$", service["image"]), name
        assert name == "topics" or "healthcheck" in service, name


def test_compose_sets_only_settings_that_exist() -> None:
    names = {f"VITALSTREAM_{name.upper()}" for name in Settings.model_fields}

    for service in ("worker", "topics", "api", "deliver"):
        given = {name.removesuffix("_FILE") for name in COMPOSE["services"][service]["environment"]}
        assert given <= names


@pytest.mark.parametrize("service", ["api", "deliver"])
def test_who_reads_alerts_has_neither_the_key_of_state_nor_the_password_that_writes(
    service: str,
) -> None:
    described = COMPOSE["services"][service]

    assert {"state_key", "redis_url", "redis_admin"}.isdisjoint(described["secrets"])
    secrets = {f"/run/secrets/{name}" for name in described["secrets"]}
    for name, value in described["environment"].items():
        if name.endswith("_FILE") and value:
            assert value in secrets, f"{name} names a file that the container has not got"


def test_secrets_are_made_once_and_fit_the_compose_file(tmp_path: Path) -> None:
    script = tmp_path / "deploy" / "make-secrets.sh"
    shutil.copytree(ROOT / "deploy", script.parent, ignore=shutil.ignore_patterns("secrets"))
    run = ["sh", str(script)]

    subprocess.run(run, check=True, capture_output=True)
    first = {path.name: path.read_text() for path in (script.parent / "secrets").iterdir()}
    subprocess.run(run, check=True, capture_output=True)
    second = {path.name: path.read_text() for path in (script.parent / "secrets").iterdir()}

    assert first == second
    in_files_of_urls = {"redis_writer", "redis_reader"}
    assert set(first) - in_files_of_urls == {Path(x["file"]).name for x in COMPOSE["secrets"].values()}
    assert f"writer:{first['redis_writer']}@" in first["redis_url"]
    assert f"reader:{first['redis_reader']}@" in first["redis_reader_url"]
    assert len(bytes.fromhex(first["state_key"])) == 32
    assert (script.parent / "secrets").stat().st_mode & 0o777 == 0o700
