"""The rules of Grafana's dashboard-linter, strict, by their names there.

The linter itself is a Go program; where it is on the path, test_dashboards runs it too.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.models import units

from tests.exporters.grafana.pages import PATHS, asking, load, panels

CHOSEN = 'job=~"$job", instance=~"$instance"'
SELECTOR = re.compile(r"\w*\{([^}]*)\}")
COUNTED = re.compile(r"(\w+)\((\w+(?:_total|_bucket|_sum|_count))\{[^}]*\}(\[[^\]]*\])?\)")
UNITS = {value for value in vars(units).values() if isinstance(value, str)}

every_page = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def variables(path: Path) -> dict[str, dict[str, Any]]:
    return {variable["name"]: variable for variable in load(path)["templating"]["list"]}


@every_page
def test_template_datasource_rule(path: Path) -> None:
    source = variables(path)["datasource"]

    assert (source["type"], source["label"], source["query"]) == ("datasource", "Data source", "prometheus")


@every_page
@pytest.mark.parametrize(("name", "label"), [("job", "Job"), ("instance", "Instance")])
def test_template_job_and_instance_rules(path: Path, name: str, label: str) -> None:
    choice = variables(path)[name]

    assert (choice["type"], choice["label"], choice["multi"], choice["allValue"]) == (
        "query",
        label,
        True,
        ".+",
    )
    assert choice["datasource"]["uid"] == "${datasource}"


@every_page
def test_template_on_time_change_reload_rule(path: Path) -> None:
    asked = [variable for variable in variables(path).values() if variable["type"] == "query"]

    assert [variable["refresh"] for variable in asked] == [2, 2]


@every_page
def test_template_label_promql_rule(path: Path) -> None:
    for variable in variables(path).values():
        if variable["type"] == "query":
            assert re.fullmatch(r"label_values\(.+, \w+\)", variable["query"]["query"])


@every_page
def test_uneditable_dashboard_rule(path: Path) -> None:
    assert load(path)["editable"] is False


@every_page
def test_panel_datasource_title_description_and_units_rules(path: Path) -> None:
    for panel in panels(path):
        assert panel["title"]
        assert panel["description"]
        if panel["type"] != "alertlist":
            assert panel["targets"], panel["title"]
            assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
            assert panel["fieldConfig"]["defaults"]["unit"] in UNITS, panel["title"]


@every_page
def test_target_job_and_instance_rules(path: Path) -> None:
    for _, query in asking(path):
        matchers = SELECTOR.findall(query)
        assert matchers, query
        assert all(matcher.startswith(CHOSEN) for matcher in matchers), query


@every_page
def test_target_rate_interval_rule(path: Path) -> None:
    for _, query in asking(path):
        assert set(re.findall(r"\[([^\]]*)\]", query)) <= {"$__rate_interval"}, query


@every_page
def test_target_counter_agg_rule(path: Path) -> None:
    for _, query in asking(path):
        counters = re.findall(r"\w+(?:_total|_bucket|_sum|_count)(?=\{)", query)
        found = COUNTED.findall(query)
        assert len(found) == len(counters), query
        assert {function for function, _, _ in found} <= {"rate", "increase"}, query
