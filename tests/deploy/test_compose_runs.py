"""docker-compose.yml as it stands, started without Docker: every service, its health, the way of a packet.

What stands in for what is told in `tests/deploy/compose/native.py`.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import redis

from exporters.alerts.client import AlertStream
from tests.deploy.compose.system import JUNK, PATIENCE_S, System, run, system_of, until
from tests.exporters.grafana.test_queries import of_panels, of_rules, rare

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

ENVIRON = {
    "VITALSTREAM_WEARERS": "20",
    "VITALSTREAM_HOURS": "26",
    "VITALSTREAM_SPEED": "1500",
    "VITALSTREAM_EPISODE_HOURS": "3",
}
SETTLE_S = 30.0
EMPTY = ("shadow", 'status=~"5.."')
"""Of the networks that ship none is a shadow, and the API does not fail: what tells of these stays empty."""


@dataclass
class Asked:
    """Every query of every panel and rule, and which of them have found nothing yet."""

    empty: set[str] = field(default_factory=lambda: {*of_panels(), *of_rules()})

    @property
    def unexpected(self) -> list[str]:
        return sorted(
            query for query in self.empty if not rare(query) and not any(part in query for part in EMPTY)
        )

    def look(self, system: System) -> None:
        self.empty -= {query for query in self.empty if system.prometheus.query(query)}


@pytest.fixture(scope="module")
def asked() -> Asked:
    return Asked()


@pytest.fixture(scope="module")
def system(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with system_of(project, tmp_path_factory.mktemp("plain"), ["docker-compose.yml"], ENVIRON) as running:
        yield running


def test_bubblewrap_is_a_container_of_its_own(system: System) -> None:
    [worker, *_] = system.running.native.containers("worker")
    say = "id -u; touch /x 2>/dev/null || echo refused; grep -h NoNewPrivs /proc/self/status; ls /run/secrets"

    told = subprocess.run(worker.box.around(["sh", "-c", say]), capture_output=True, text=True, check=True)

    assert told.stdout.split() == ["10001", "refused", "NoNewPrivs:", "1", "redis_url", "state_key"]


def test_all_targets_are_up(system: System) -> None:
    def healths() -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for target in system.prometheus.get("/api/v1/targets")["activeTargets"]:
            found.setdefault(target["labels"]["job"], []).append(target["health"])
        return found

    jobs = {"vitalstream": ["up", "up"], "vitalstream-deliver": ["up"], "vitalstream-api": ["up"]}
    until(lambda: all(health == "up" for one in healths().values() for health in one), str(healths()))

    assert jobs.items() <= healths().items()
    found = system.prometheus.get("/api/v1/alertmanagers")["activeAlertmanagers"]
    assert [one["url"] for one in found] == ["http://alertmanager:9093/api/v2/alerts"]


def test_every_packet_comes_to_an_end_and_alerts_flow(system: System, asked: Asked) -> None:
    system.send_junk()
    [simulator] = system.running.processes["simulator"]

    def ended() -> int:
        return sum(figures.read for figures in system.figures())

    def all_came_to_an_end() -> bool:
        system.answer()
        asked.look(system)
        said = simulator.log.read_text().splitlines() if simulator.popen.poll() == 0 else []
        waiting = any(one.pending for one in system.figures())
        return bool(said) and ended() >= json.loads(said[-1])["packets"] + JUNK and not waiting

    with system.subscribed():
        until(all_came_to_an_end, "not all is read", 2 * PATIENCE_S)
    produced = json.loads(simulator.log.read_text().splitlines()[-1])["packets"] + JUNK

    outcomes = [one.outcomes for one in system.figures()]
    # What a rebalance hands over again is judged again, without effect, and counted by both workers.
    assert ended() >= produced
    assert sum(one["rejected"] for one in outcomes) >= JUNK
    assert all(one["scored"] > 0 for one in outcomes), "one worker has had nothing to do"


async def test_alerts_are_in_redis_and_in_the_api(system: System) -> None:
    url = system.secret("redis_reader_url").replace("redis:6379", system.at("redis", 6379))
    stream = AlertStream(url, follow=False)
    ids = {alert.id async for alert in stream}

    with system.api() as client:
        listed = client.get("/alerts").json()["alerts"]
        ready = client.get("/ready").json()
        client.headers.clear()
        without = client.get("/alerts")

    assert listed
    assert {one["alert"]["id"] for one in listed} <= ids
    assert ready == {"ready": True, "redis": "up", "kafka": "up", "history": "up"}
    assert without.status_code == 401


@pytest.mark.parametrize("service", ["tools", "worker"])
def test_the_doctor_finds_nothing_wrong(system: System, service: str) -> None:
    """By hand, and beside a worker, whose port is taken by a worker."""
    told = run(system.running.native, service, "doctor", "--json")

    found = [json.loads(line) for line in told.splitlines()]
    assert [one for one in found if one["level"] == "wrong"] == []
    assert {"broker", "redis", "state key", "ports"} <= {one["name"] for one in found}


def test_every_query_of_dashboards_and_rules_has_had_data(system: System, asked: Asked) -> None:
    """Most while packets came: what is shown by the hour of event time stands when that does."""
    deadline = time.monotonic() + SETTLE_S
    while asked.unexpected and time.monotonic() < deadline:
        asked.look(system)
        time.sleep(1.0)

    assert asked.unexpected == [], "\n".join(asked.unexpected)


def test_alertmanager_gets_what_prometheus_fires(system: System) -> None:
    with httpx.Client(base_url=f"http://{system.at('alertmanager', 9093)}") as client:
        firing = [{"labels": {"alertname": "Trial", "severity": "critical", "job": "test"}}]
        client.post("/api/v2/alerts", json=firing).raise_for_status()

        groups = client.get("/api/v2/alerts/groups").json()

    assert ("operator", "Trial") in {
        (group["receiver"]["name"], alert["labels"]["alertname"])
        for group in groups
        for alert in group["alerts"]
    }


@pytest.mark.parametrize("user", ["reader", "admin"])
def test_redis_knows_its_users_by_the_passwords_that_were_made(system: System, user: str) -> None:
    host, _, port = system.at("redis", 6379).partition(":")

    with redis.Redis(host, int(port), username=user, password=system.secret(f"redis_{user}")) as client:
        assert client.ping()


def test_nothing_was_written_but_where_the_file_allows_it(system: System) -> None:
    """A read-only root refuses everything else; what is refused would stand in a log."""
    for process in system.running.all():
        assert "Read-only file system" not in process.log.read_text(errors="replace"), process.last_words()


def test_after_all_everything_is_healthy_still(system: System) -> None:
    for process in system.running.all():
        if process.container.check:
            assert process.look() is None
            assert process.popen.poll() is None


def test_a_worker_that_is_gone_is_not_healthy(system: System) -> None:
    [one, _] = system.running.processes["worker"]

    one.popen.kill()
    one.popen.wait(60)

    assert "does not answer" in (one.look() or "")


def test_without_kafka_the_api_is_not_healthy(system: System) -> None:
    [kafka], [api] = system.running.processes["kafka"], system.running.processes["api"]

    kafka.popen.kill()
    kafka.popen.wait(60)

    until(lambda: '"kafka":"away"' in (api.look() or ""), "the API does not notice")


def test_without_its_token_file_the_api_says_what_to_do(system: System, tmp_path: Path) -> None:
    """As somebody who starts it before the first `access grant`."""
    [container] = system.running.native.containers("api")
    box = container.box.around(container.command)
    volume = str(container.box.writable["/var/lib/vitalstream"])
    fresh = [str(tmp_path) if word == volume else word for word in box]

    done = subprocess.run(fresh, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 1
    assert "vitalstream access grant" in done.stderr
