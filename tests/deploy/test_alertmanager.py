"""Alertmanager as it ships: who is called for what, and what is not told because its cause is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import httpx
import pytest
import yaml

from streams.stack.server import free_port
from tests.exporters.test_operations import rules

FILE = Path(__file__).parents[2] / "deploy" / "alertmanager" / "alertmanager.yml"
TOLD = yaml.safe_load(FILE.read_text())
PATIENCE_S = 60.0


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is missing: install Debian's package prometheus-alertmanager")
        pytest.skip(f"{name} is not installed (Debian's package prometheus-alertmanager)")
    return found


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder, port = tmp_path_factory.mktemp("alertmanager"), free_port()
    command = [
        program("prometheus-alertmanager"),
        f"--config.file={FILE}",
        f"--storage.path={folder}",
        "--cluster.listen-address=",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        deadline = time.monotonic() + PATIENCE_S
        while not answers(client):
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.05)
        yield client
    process.kill()
    process.wait(60)


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/-/ready").is_success
    except httpx.TransportError:
        return False


def held_back(client: httpx.Client, case: str, names: Iterable[str], wanted: set[str]) -> set[str]:
    """Let these fire; gives which of them are told to nobody, once it is these that are wanted or never."""
    posted = [{"labels": {"alertname": name, "case": case}} for name in names]
    client.post("/api/v2/alerts", json=posted).raise_for_status()
    found: set[str] = set()
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        asked = client.get("/api/v2/alerts", params={"filter": f'case="{case}"'}).json()
        found = {one["labels"]["alertname"] for one in asked if one["status"]["state"] == "suppressed"}
        if len(asked) == len(posted) and found == wanted:
            break
        time.sleep(0.05)
    over = [one | {"startsAt": "2020-01-01T00:00:00Z", "endsAt": "2020-01-01T00:00:01Z"} for one in posted]
    client.post("/api/v2/alerts", json=over).raise_for_status()
    return found


CAUSES = {
    "VitalstreamKafkaUnreachable": {
        "VitalstreamNoWorker",
        "VitalstreamCommitStands",
        "VitalstreamHistoryBehind",
        "VitalstreamBudgetBurnsFast",
    },
    "VitalstreamRedisUnreachable": {
        "VitalstreamAlertsWait",
        "VitalstreamReadingStopped",
        "VitalstreamDeliveriesStand",
        "VitalstreamBudgetBurnsSlowly",
    },
    "VitalstreamNoWorker": {"VitalstreamNothingArrives", "VitalstreamBudgetBurnsFast"},
}
NEVER_HELD_BACK = ("VitalstreamStateLost", "VitalstreamDeliveriesLost", "VitalstreamRevisionsMissed")


@pytest.mark.integration
@pytest.mark.parametrize("cause", CAUSES)
def test_what_follows_from_an_outage_is_not_told_beside_it(alertmanager: httpx.Client, cause: str) -> None:
    names = [cause, *CAUSES[cause], *NEVER_HELD_BACK]

    assert held_back(alertmanager, cause, names, CAUSES[cause]) == CAUSES[cause]


@pytest.mark.integration
def test_what_may_follow_from_an_outage_is_told_where_there_is_none(alertmanager: httpx.Client) -> None:
    alone = {name for names in CAUSES.values() for name in names} - CAUSES.keys()

    assert held_back(alertmanager, "alone", alone, set()) == set()


def test_alerts_that_are_named_exist() -> None:
    names = {rule["alert"] for rule in rules() if "alert" in rule}
    matchers = [one for rule in TOLD["inhibit_rules"] for which in rule.values() for one in which]

    named = {name for one in matchers for name in re.findall(r"Vitalstream\w+", one)}

    assert {name for name in named if not any(real.startswith(name) for real in names)} == set()
    assert len(named) > 10


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        ("alertname=VitalstreamWatchdog severity=none", "heartbeat"),
        ("alertname=VitalstreamNoWorker severity=critical", "operator"),
        ("alertname=VitalstreamStateLost severity=warning", "operator"),
        ("alertname=VitalstreamAlert severity=critical", "care"),
    ],
)
def test_each_alert_goes_to_whom_it_is_for(labels: str, receiver: str) -> None:
    asked = ["config", "routes", "test", f"--config.file={FILE}", *labels.split()]

    done = subprocess.run([program("amtool"), *asked], capture_output=True, text=True, check=True)

    assert done.stdout.split() == [receiver]


def test_the_sign_of_life_comes_every_minute() -> None:
    [route] = [one for one in TOLD["route"]["routes"] if one["receiver"] == "heartbeat"]

    assert route["group_wait"] == "0s"
    assert (route["group_interval"], route["repeat_interval"]) == ("1m", "1m")
