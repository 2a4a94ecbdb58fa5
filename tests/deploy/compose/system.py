"""The system of the compose files while it runs, seen from the machine that it runs on."""

from __future__ import annotations

import contextlib
import os
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from kafka import KafkaProducer

from streams.demo.figures import Figures, look
from streams.records import Feedback
from tests.deploy.compose.file import read
from tests.deploy.compose.native import NOT_RUN, Native
from tests.deploy.compose.running import Running, any_net, up
from tests.deploy.compose.sandbox import PROJECT
from tests.exporters.grafana.load import receivers, routes
from tests.exporters.running_prometheus import Prometheus

JUNK = 12
PATIENCE_S = 240.0
NEEDED = ("bwrap", "prometheus", "prometheus-alertmanager", "redis-cli")


@dataclass
class System:
    """What runs, seen from the machine that it runs on."""

    running: Running
    project: Path
    token: str
    said: set[str] = field(default_factory=set)

    def at(self, service: str, port: int) -> str:
        """A published port."""
        return f"{self.running.native.addresses(service)[0]}:{port}"

    @property
    def prometheus(self) -> Prometheus:
        return Prometheus(f"http://{self.at('prometheus', 9090)}")

    def secret(self, name: str) -> str:
        return (self.project / "deploy" / "secrets" / name).read_text()

    def api(self, authority: str | None = None) -> httpx.Client:
        """A client that trusts this CA, or the certificate that make-secrets made (they name localhost)."""
        made = self.project / "deploy" / "secrets" / "api_cert"
        trusting = ssl.create_default_context(cafile=authority or made)
        trusting.check_hostname = False
        told = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=f"https://{self.at('api', 8443)}", verify=trusting, headers=told)

    def figures(self) -> list[Figures]:
        """What each worker says."""
        return [look(9100, host) for host in self.running.native.addresses("worker")]

    def send_junk(self) -> None:
        """What no device should send, by the port that is published for producers."""
        producer = KafkaProducer(bootstrap_servers=self.at("kafka", 9094))
        for number in range(JUNK):
            producer.send("vitals", b"no packet", f"w{number}".encode()).get(10)
        producer.close()

    def _answer_what_nobody_knows(self, wearer: str) -> None:
        """As a client might that is not the API."""
        told = Feedback(
            f"f{time.monotonic_ns()}",
            wearer,
            "no-such-alert",
            "answer",
            round(time.time() * 1000),
            useful=True,
        )
        producer = KafkaProducer(bootstrap_servers=self.at("kafka", 9094))
        producer.send("feedback", msgspec.json.encode(told), wearer.encode()).get(10)
        producer.close()

    @contextlib.contextmanager
    def subscribed(self) -> Iterator[None]:
        """Somebody who listens to the stream of alerts."""
        with self.api() as client, client.stream("GET", "/alerts/stream") as answer:
            answer.raise_for_status()
            yield

    def answer(self) -> None:
        """Acknowledge, silence and judge what is open, each alert in one way, as a person does."""
        with self.api() as client:
            for one in client.get("/alerts").json()["alerts"]:
                if (alert := one["alert"]["id"]) not in self.said:
                    verb, body = SAY[len(self.said) % len(SAY)]
                    self.said.add(alert)
                    code = client.post(f"/alerts/{alert}/{verb}", json=body).status_code
                    assert code in (202, 409), code  # 409: over meanwhile
                    self._answer_what_nobody_knows(one["alert"]["wearer"])


SAY: list[tuple[str, dict[str, Any]]] = [
    ("acknowledge", {}),
    ("feedback", {"useful": True}),
    ("snooze", {"minutes": 30}),
    ("feedback", {"useful": False}),
]


def skip_without_tools() -> None:
    """What containers are made of here comes from packages; in CI they have to be there."""
    lacking = [name for name in NEEDED if shutil.which(name) is None]
    if sys.platform == "linux" and not lacking:
        return
    message = "needs Linux with Debian's bubblewrap, prometheus, prometheus-alertmanager, redis-tools"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@contextlib.contextmanager
def system_of(project: Path, folder: Path, files: list[str], environ: Mapping[str, str]) -> Iterator[System]:
    """Everything of these compose files but Grafana, up and healthy, started as the docs say."""
    skip_without_tools()
    compose = read(*(PROJECT / name for name in files), environ=environ)
    native = Native(compose, project, folder, any_net())
    with receivers() as url:
        routes(project / "deploy" / "routes", url)
        if "metrics_users" in compose.secrets:
            password = (project / compose.secrets["metrics_password"]).read_text()
            line = run(native, "api", "metrics-user", "prometheus", said=password)
            (project / compose.secrets["metrics_users"]).write_text(line)
        token = run(native, "api", "access", "grant", "nurse-1", "--role", "clinician", "--every-wearer")
        services = [one.name for one in compose.in_order() if one.name not in NOT_RUN and not one.is_by_hand]
        with up(native, *services) as running:
            running.wait_healthy()
            yield System(running, project, token.strip())


def run(native: Native, service: str, *arguments: str, said: str = "") -> str:
    """`docker compose run --rm --no-deps`, and what it prints."""
    command = native.once(service, *arguments)
    done = subprocess.run(command, input=said, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def until(condition: Callable[[], object], what: str, patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.5)
