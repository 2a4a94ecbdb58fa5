"""Metrics by TLS and basic authentication, scraped by a real Prometheus."""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from prometheus_client import CollectorRegistry, Counter

from exporters.metrics.digest import Digest
from exporters.metrics.door import MOST_TRIES, Busy, MetricsDoor, read_users
from exporters.metrics.server import MetricsServer
from streams.errors import UserError
from streams.settings import Settings
from tests.exporters.running_prometheus import prometheus_of
from tests.streams.wires.certificates import make_ca

PASSWORD = "metrics-hunter2"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    make_ca(folder, "server:metrics")
    (folder / "users").write_text(f"# who scrapes\nprometheus:{Digest.of(PASSWORD)}\n")
    (folder / "password").write_text(PASSWORD)
    return folder


@pytest.fixture(scope="module")
def server(tls: Path) -> Iterator[MetricsServer]:
    settings = Settings(
        metrics_tls_cert=tls / "metrics.crt", metrics_tls_key=tls / "metrics.key", metrics_users=tls / "users"
    )
    registry = CollectorRegistry()
    Counter("seen", "packets", registry=registry).inc(7)
    running = MetricsServer(registry, lambda: None, door=MetricsDoor.of(settings))
    yield running
    running.close()


def get(server: MetricsServer, tls: Path, path: str, user: str | None = None) -> tuple[int, str]:
    request = urllib.request.Request(f"https://127.0.0.1:{server.port}{path}")
    if user is not None:
        request.add_header("Authorization", f"Basic {base64.b64encode(user.encode()).decode()}")
    context = ssl.create_default_context(cafile=tls / "ca.crt")
    try:
        with urllib.request.urlopen(request, timeout=10, context=context) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, str(error.headers["WWW-Authenticate"])


def test_metrics_are_for_who_has_a_password(server: MetricsServer, tls: Path) -> None:
    status, text = get(server, tls, "/metrics", f"prometheus:{PASSWORD}")

    assert status == 200
    assert "seen_total 7.0" in text
    assert get(server, tls, "/metrics", f"prometheus:{PASSWORD}")[0] == 200


@pytest.mark.parametrize(
    "user",
    [None, "prometheus:", "prometheus:wrong", f"other:{PASSWORD}", "no colon", "prometheus:" + 999 * "x"],
)
def test_others_are_asked_who_they_are(server: MetricsServer, tls: Path, user: str | None) -> None:
    assert get(server, tls, "/metrics", user) == (401, 'Basic realm="metrics", charset="UTF-8"')


class Slow(Digest):
    """A digest that takes until it is let go."""

    gone = threading.Event()
    tried = threading.Semaphore(0)

    def fits(self, password: str) -> bool:
        Slow.tried.release()
        return Slow.gone.wait(60) and password == PASSWORD


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.fixture
def besieged() -> Iterator[MetricsDoor]:
    """A door that knows `prometheus` already, and is busy with guesses for as long as it takes."""
    Slow.gone, Slow.tried = threading.Event(), threading.Semaphore(0)
    door = MetricsDoor(users={"prometheus": Digest.of(PASSWORD), "guest": Slow(b"", b"")})
    assert door.lets_in(basic("prometheus", PASSWORD))

    def guess() -> None:
        with contextlib.suppress(Busy):
            door.lets_in(basic("guest", "a guess"))

    guessing = [threading.Thread(target=guess) for _ in range(MOST_TRIES)]
    for thread in guessing:
        thread.start()
    assert Slow.tried.acquire(timeout=60)
    yield door
    Slow.gone.set()
    for thread in guessing:
        thread.join(60)


def test_who_is_known_does_not_wait_behind_those_who_guess(besieged: MetricsDoor) -> None:
    let_in: list[bool] = []
    scrape = threading.Thread(target=lambda: let_in.append(besieged.lets_in(basic("prometheus", PASSWORD))))

    scrape.start()
    scrape.join(30)

    assert let_in == [True]


def test_guesses_beyond_some_are_not_tried(besieged: MetricsDoor) -> None:
    server = MetricsServer(CollectorRegistry(), lambda: None, door=besieged)
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}/metrics")
    request.add_header("Authorization", basic("guest", "one more"))

    def answered() -> int | None:
        """The status; None for a guess that waits, and holds a place, when its client has gone."""
        try:
            urllib.request.urlopen(request, timeout=1)
        except urllib.error.HTTPError as error:
            return error.code
        except TimeoutError:
            return None
        return 200

    answers = [answered() for _ in range(MOST_TRIES + 1)]

    assert answers[-1] == 429
    Slow.gone.set()
    server.close()


def test_health_asks_nobody(server: MetricsServer, tls: Path) -> None:
    assert get(server, tls, "/healthz") == (200, "ok\n")


def test_a_client_that_never_shakes_hands_holds_up_nobody(server: MetricsServer, tls: Path) -> None:
    with socket.create_connection(("127.0.0.1", server.port)):
        assert get(server, tls, "/healthz") == (200, "ok\n")


def test_in_clear_nothing_is_told(server: MetricsServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 10) as plain:
        plain.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert b"seen" not in plain.recv(4096)


@pytest.mark.integration
@pytest.mark.parametrize(("password", "up"), [("password", 1), ("users", 0)])
def test_prometheus_scrapes_it_as_the_docs_say(
    server: MetricsServer, tls: Path, tmp_path: Path, password: str, up: int
) -> None:
    job = yaml.safe_load(f"""
      job_name: vitalstream
      scheme: https
      tls_config: {{ca_file: {tls}/ca.crt}}
      basic_auth: {{username: prometheus, password_file: {tls / password}}}
      static_configs: [{{targets: ["127.0.0.1:{server.port}"]}}]
    """)

    with prometheus_of(tmp_path, {}, [job]) as prometheus:
        [(_, value)] = [found["value"] for found in prometheus.query("up")]
        seen = prometheus.query("seen_total")

    assert (float(value), len(seen)) == (up, up)


def test_the_command_prints_a_line_that_is_read(tmp_path: Path) -> None:
    command = [Path(sys.executable).with_name("vitalstream"), "metrics-user", "prometheus"]
    done = subprocess.run(command, input=f"{PASSWORD}\n", capture_output=True, text=True, timeout=60)
    file = tmp_path / "users"
    file.write_text(done.stdout)

    users = read_users(file)

    assert users["prometheus"].fits(PASSWORD)
    assert not users["prometheus"].fits("another-one")
    assert PASSWORD not in done.stdout


@pytest.mark.parametrize(
    "line",
    ["prometheus:hunter2", "prometheus", f"p:{Digest.of('x')}0".replace("16384", "9" * 9)],
    ids=["in clear", "nothing", "too costly"],
)
def test_a_wrong_file_is_told_by_its_line(tmp_path: Path, line: str) -> None:
    file = tmp_path / "users"
    file.write_text(f"\n{line}\n")

    with pytest.raises(
        UserError, match="line 2: no line as `vitalstream metrics-user NAME` prints it"
    ) as caught:
        read_users(file)

    assert "hunter2" not in str(caught.value)
