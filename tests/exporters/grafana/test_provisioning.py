"""What Grafana finds when it starts, held to what its documentation says of these files.

https://grafana.com/docs/grafana/latest/administration/provisioning and
https://grafana.com/docs/grafana/latest/alerting/set-up/provision-alerting-resources/file-provisioning
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.exporters.grafana.pages import ROOT
from tests.exporters.test_operations import PUBLISHED, rules

FOLDER = ROOT / "exporters" / "grafana" / "provisioning"
TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
SPAN = {"type": "string", "pattern": r"^\d+[smh]$"}
UID = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,40}$"}


def thing(required: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An object with these fields and no others."""
    return {
        "type": "object",
        "properties": {**required, **more},
        "required": list(required),
        "additionalProperties": False,
    }


def several(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": 1}


STATES = {"enum": ["Alerting", "OK", "NoData", "KeepLast"]}
RULE = thing(
    {
        "uid": UID,
        "title": {**TEXT, "maxLength": 190},
        "condition": TEXT,
        "data": several(
            thing(
                {"refId": TEXT, "datasourceUid": TEXT, "model": {"type": "object", "required": ["refId"]}},
                relativeTimeRange=thing({"from": {"type": "integer"}, "to": {"type": "integer"}}),
            )
        ),
        "for": SPAN,
        "noDataState": STATES,
        "execErrState": {"enum": ["Alerting", "OK", "Error", "KeepLast"]},
        "annotations": {"type": "object", "required": ["summary", "description", "runbook_url"]},
        "labels": {"type": "object", "required": ["severity"]},
    }
)
GROUP = thing(
    {
        "orgId": {"const": 1},
        "name": TEXT,
        "folder": TEXT,
        # A multiple of Grafana's own ten seconds.
        "interval": {"type": "string", "pattern": r"^(\d+0s|\d+[mh])$"},
        "rules": several(RULE),
    }
)
CONTACT = thing(
    {
        "orgId": {"const": 1},
        "name": TEXT,
        "receivers": several(
            thing(
                {
                    "uid": UID,
                    "type": {"enum": ["prometheus-alertmanager", "webhook", "email"]},
                    "settings": {"type": "object", "minProperties": 1},
                }
            )
        ),
    }
)
POLICY = thing(
    {"orgId": {"const": 1}, "receiver": TEXT},
    group_by=several(TEXT),
    group_wait=SPAN,
    group_interval=SPAN,
    repeat_interval=SPAN,
)
SOURCE = thing(
    {
        "name": TEXT,
        "uid": UID,
        "type": {"enum": ["prometheus", "alertmanager"]},
        "access": {"const": "proxy"},
        "url": {"type": "string", "pattern": "^http://[a-z]+:[0-9]+$"},
        "editable": {"const": False},
        "jsonData": {"type": "object"},
    },
    isDefault={"type": "boolean"},
)
PROVIDER = thing(
    {
        "name": TEXT,
        "folder": TEXT,
        "type": {"const": "file"},
        "allowUiUpdates": {"const": False},
        "updateIntervalSeconds": {"type": "integer"},
        "options": thing({"path": TEXT}),
    }
)
SCHEMAS = {
    "alerting/rules.yml": {"groups": several(GROUP)},
    "alerting/contact-points.yml": {"contactPoints": several(CONTACT), "policies": several(POLICY)},
    "datasources/prometheus.yml": {"datasources": several(SOURCE)},
    "dashboards/vitalstream.yml": {"providers": several(PROVIDER)},
}


def load(name: str) -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text())
    return told


def own_rules() -> list[dict[str, Any]]:
    return [rule for group in load("alerting/rules.yml")["groups"] for rule in group["rules"]]


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_file_has_what_grafana_documents_and_nothing_else(name: str) -> None:
    jsonschema.validate(load(name), thing({"apiVersion": {"const": 1}, **SCHEMAS[name]}))


def test_there_is_no_file_that_nobody_looked_at() -> None:
    assert {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.yml")} == set(SCHEMAS)


def test_rules_go_by_the_data_source_that_is_provisioned() -> None:
    sources = {source["uid"] for source in load("datasources/prometheus.yml")["datasources"]}

    for rule in own_rules():
        ids = [query["refId"] for query in rule["data"]]
        assert {query["datasourceUid"] for query in rule["data"]} <= {*sources, "__expr__"}
        assert rule["condition"] == ids[-1]
        assert [query["model"]["refId"] for query in rule["data"]] == ids
        assert rule["data"][-1]["model"]["expression"] in ids


def test_rules_look_at_alerts_that_prometheus_has_and_link_their_runbooks() -> None:
    names = {rule["alert"] for rule in rules() if "alert" in rule}

    for rule in own_rules():
        asked = rule["data"][0]["model"]["expr"].split('alertname="')[1].split('"')[0]
        runbook = rule["annotations"]["runbook_url"].removeprefix(PUBLISHED)
        assert asked in names
        assert (ROOT / "docs" / runbook).is_file()


def test_contact_points_and_folders_are_those_that_are_named() -> None:
    told = load("alerting/contact-points.yml")
    [provider] = load("dashboards/vitalstream.yml")["providers"]
    folders = {group["folder"] for group in load("alerting/rules.yml")["groups"]}

    assert {policy["receiver"] for policy in told["policies"]} == {c["name"] for c in told["contactPoints"]}
    assert folders == {provider["folder"]}


def test_everything_is_where_compose_has_it() -> None:
    compose = yaml.safe_load((Path(ROOT) / "docker-compose.yml").read_text())
    sources = load("datasources/prometheus.yml")["datasources"]
    [contact] = load("alerting/contact-points.yml")["contactPoints"]

    hosts = {source["url"].split("/")[2].split(":")[0] for source in sources}
    hosts.add(contact["receivers"][0]["settings"]["url"].split("/")[2].split(":")[0])
    assert hosts <= compose["services"].keys()
