"""Dashboards are made from code, ask for what there is, and say what to do."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from prometheus_client import CollectorRegistry, ProcessCollector

from exporters.deliveries.measures import DeliveryMetrics
from exporters.grafana.files import files
from exporters.grafana.limits import limit
from exporters.metrics.api_part import ApiMetrics
from exporters.metrics.worker import WorkerMetrics
from tests.exporters.grafana.pages import FOLDER, PATHS, ROOT, asking, load, panels
from tests.exporters.test_metrics import use_everything

METRIC = re.compile(r"(\w+)\{")
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())

every_page = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def shown() -> set[str]:
    """Every sample name that a worker, deliveries, the API and Prometheus itself have."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    use_everything(WorkerMetrics(registry))
    api = ApiMetrics(registry)
    api.request("GET", "/alerts", 200, 0.1)
    api.streams.labels("/alerts/stream").set(1)
    deliveries = DeliveryMetrics(registry, ["ward"], ["all"])
    deliveries.lost("ward", "expired")
    deliveries.delivered("ward", 0.1)
    deliveries.receiver("ward", 1, 2.0, disabled=False)
    return {sample.name for family in registry.collect() for sample in family.samples} | {"up"}


def test_the_committed_dashboards_are_those_that_the_code_makes() -> None:
    committed = {path.name: path.read_text() for path in PATHS}

    assert committed == files(), "python -m exporters.grafana exporters/grafana/dashboards"


@every_page
def test_dashboards_use_only_metrics_that_exist(path: Path, shown: set[str]) -> None:
    for _, query in asking(path):
        used = set(METRIC.findall(query))
        assert used, query
        assert used <= shown, query


@every_page
def test_every_panel_says_what_to_do_and_links_a_page_that_exists(path: Path) -> None:
    for panel in panels(path):
        assert re.search(r"\.\n\nWhen it is bad: \S.*[.?]$", panel["description"]), panel["title"]
        [link] = panel["links"]
        assert (ROOT / "docs" / link["url"].removeprefix("${docs}/")).is_file(), panel["title"]


@every_page
def test_panels_ask_different_questions_and_do_not_overlap(path: Path) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in load(path)["panels"]:
        grid = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(grid["x"], grid["x"] + grid["w"])
            for y in range(grid["y"], grid["y"] + grid["h"])
        }
        assert not cells & taken, panel["title"]
        assert grid["x"] + grid["w"] <= 24
        taken |= cells
    titles = [panel["title"] for panel in panels(path)]
    assert len(titles) == len(set(titles))
    numbers = [panel["id"] for panel in load(path)["panels"]]
    assert len(numbers) == len(set(numbers))


def test_addresses_are_each_ones_own() -> None:
    assert len({load(path)["uid"] for path in PATHS}) == len(PATHS) == 8


def test_a_limit_is_the_rules_own_and_a_wrong_name_is_told() -> None:
    rules = (ROOT / "exporters" / "prometheus" / "alerts" / "flow.yml").read_text()

    assert f"> {limit('VitalstreamFallsBehind'):g}" in rules
    with pytest.raises(LookupError, match="VitalstreamNoSuch"):
        limit("VitalstreamNoSuch")


def test_compose_gives_grafana_the_dashboards_and_the_docs_that_they_link() -> None:
    grafana = COMPOSE["services"]["grafana"]
    mounted = dict(volume.split(":")[1::-1] for volume in grafana["volumes"])
    [provider] = yaml.safe_load(
        (ROOT / "exporters/grafana/provisioning/dashboards/vitalstream.yml").read_text()
    )["providers"]
    home = Path(grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])

    assert mounted[provider["options"]["path"]] == "./exporters/grafana/dashboards"
    assert str(home.parent) == provider["options"]["path"]
    assert (FOLDER / home.name).is_file()
    variables = {v["name"]: v.get("query") for v in load(FOLDER / home.name)["templating"]["list"]}
    assert mounted[f"/usr/share/grafana{variables['docs']}"] == "./docs"


def test_compose_provides_the_data_source_that_dashboards_take() -> None:
    source, _ = yaml.safe_load(
        (ROOT / "exporters/grafana/provisioning/datasources/prometheus.yml").read_text()
    )["datasources"]

    for path in PATHS:
        current = load(path)["templating"]["list"][0]["current"]
        assert (current["text"], current["value"]) == (source["name"], source["uid"])


def test_without_a_folder_the_command_says_what_to_name() -> None:
    from exporters.grafana.__main__ import main

    with pytest.raises(SystemExit, match="say where to"):
        main([])


def test_the_command_writes_every_dashboard(tmp_path: Path) -> None:
    from exporters.grafana.__main__ import main

    main([str(tmp_path)])

    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in PATHS}


@every_page
def test_grafanas_own_linter_finds_nothing(path: Path) -> None:
    linter = shutil.which("dashboard-linter")
    if linter is None:
        pytest.skip("dashboard-linter is not installed; test_lint_rules holds its rules")

    done = subprocess.run(
        [linter, "lint", "--strict", str(path)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
