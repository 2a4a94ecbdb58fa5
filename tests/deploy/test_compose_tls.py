"""docker-compose.yml with docker-compose.tls.yml over it: nothing that speaks of wearers goes in clear."""

from __future__ import annotations

import json
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import redis
from kafka import KafkaProducer
from kafka.errors import KafkaError

from exporters.alerts.client import AlertStream
from streams.demo.children import end
from tests.deploy.compose.system import System, run, system_of, until

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

FILES = ["docker-compose.yml", "docker-compose.tls.yml"]
ENVIRON = {
    "VITALSTREAM_WORKERS": "1",
    "VITALSTREAM_WEARERS": "10",
    "VITALSTREAM_HOURS": "6",
    "VITALSTREAM_SPEED": "3000",
}


@pytest.fixture(scope="module")
def system(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with system_of(project, tmp_path_factory.mktemp("tls"), FILES, ENVIRON) as running:
        yield running


def of_made(system: System, name: str) -> str:
    """A file of the private CA, as an operator finds it."""
    return str(system.project / "deploy" / "tls" / "made" / name)


def trusting(system: System) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=of_made(system, "ca.crt"))
    context.check_hostname = False  # here each container has an address that no certificate names
    return context


async def test_alerts_flow_over_tls(system: System) -> None:
    [simulator] = system.running.processes["simulator"]
    simulator.wait_done()
    url = system.secret("tls/redis_reader_url").replace("redis:6379", system.at("redis", 6379))
    url = url.replace("/run/secrets/ca", of_made(system, "ca.crt")) + "&ssl_check_hostname=false"

    def found() -> list[object]:
        with system.api(of_made(system, "ca.crt")) as client:
            listed: list[object] = client.get("/alerts?state=all").json()["alerts"]
            return listed

    until(found, "no alert")

    stream = AlertStream(url, follow=False)
    assert len({alert.id async for alert in stream}) >= len(found())


def test_prometheus_reads_metrics_by_tls_and_password(system: System) -> None:
    def states() -> dict[str, str]:
        targets = system.prometheus.get("/api/v1/targets")["activeTargets"]
        return {target["labels"]["job"]: f"{target['health']} {target['lastError']}" for target in targets}

    until(lambda: set(states().values()) == {"up "}, "not all targets are up")

    [worker] = system.running.native.addresses("worker")
    with httpx.Client(base_url=f"https://{worker}:9100", verify=trusting(system)) as client:
        assert client.get("/metrics").status_code == 401
        assert client.get("/healthz").status_code == 200


def test_a_producer_with_the_certificate_of_a_gateway_may_write_vitals_alone(system: System) -> None:
    context = trusting(system)
    context.load_cert_chain(of_made(system, "gateway.crt"), of_made(system, "gateway.key"))
    told = {"bootstrap_servers": system.at("kafka", 9094), "security_protocol": "SSL", "ssl_context": context}
    producer = KafkaProducer(**told, retries=0, max_block_ms=5000)

    producer.send("vitals", b"no packet", b"w").get(10)
    with pytest.raises(KafkaError):
        producer.send("feedback", b"no feedback", b"w").get(10)
    producer.close()


@pytest.mark.parametrize("how", ["in clear", "without a certificate"])
def test_who_has_no_certificate_does_not_get_in(system: System, how: str) -> None:
    told = {} if how == "in clear" else {"security_protocol": "SSL", "ssl_context": trusting(system)}

    with pytest.raises(KafkaError):
        KafkaProducer(bootstrap_servers=system.at("kafka", 9094), bootstrap_timeout_ms=3000, **told)


def test_redis_speaks_tls_alone(system: System) -> None:
    host, _, port = system.at("redis", 6379).partition(":")

    with redis.Redis(host, int(port)) as client, pytest.raises(redis.ConnectionError):
        client.ping()


def test_everything_is_healthy_by_the_checks_of_the_file(system: System) -> None:
    for process in system.running.all():
        if process.container.check:
            assert process.look() is None, process.last_words()


def test_the_key_that_signs_is_in_no_container(system: System) -> None:
    held = [path for process in system.running.all() for path in process.container.box.readable.values()]
    key = Path(of_made(system, "ca.key")).read_text()

    found = subprocess.run(
        ["grep", "-rlF", key.splitlines()[1], *map(str, held)], capture_output=True, check=False
    )
    assert found.stdout == b""


def test_the_doctor_finds_nothing_wrong(system: System) -> None:
    told = run(system.running.native, "tools", "doctor", "--json")

    levels = {(one["name"], one["level"]) for one in map(json.loads, told.splitlines())}
    assert {("broker", "ok"), ("redis", "ok"), ("state key", "ok"), ("access", "ok")} <= levels
    assert "wrong" not in {level for _, level in levels}


def test_all_of_it_is_saved_and_found_whole(system: System) -> None:
    """With the rights of Kafka's and Redis' admin, which no other service has."""
    saved = json.loads(run(system.running.native, "tools", "backup", "/backups/night", "--json"))

    told = run(system.running.native, "tools", "restore", "/backups/night", "--check")

    kept = system.project / "deploy" / "backups" / "kept" / "night"
    assert {"state.jsonl.gz", "redis.jsonl.gz", "profiles.jsonl.gz"} <= saved["files"].keys()
    assert saved["files"]["redis.jsonl.gz"]["records"] > 0
    assert "files/access.json" in saved["files"]
    assert (kept / "manifest.json").exists()
    assert "/backups/night is whole" in told
    assert "not checked" not in told


def test_partitions_are_added_with_the_rights_of_admin(system: System) -> None:
    """The last of these tests: the worker has to be away."""
    for worker in system.running.processes["worker"]:
        end(worker.popen, patience_s=60)
    grow = system.running.native.once("tools", "grow", "--partitions", "5", "--json")
    said: list[subprocess.CompletedProcess[str]] = []

    def grown() -> bool:
        """A worker that was killed is a member of its group for some seconds still."""
        said.append(subprocess.run(grow, capture_output=True, text=True, check=False))
        print(said[-1].stderr)  # noqa: T201 - shown when it fails
        return said[-1].returncode == 0

    until(grown, "it refuses to")
    assert json.loads(said[-1].stdout.splitlines()[-1])["partitions"] == 5
