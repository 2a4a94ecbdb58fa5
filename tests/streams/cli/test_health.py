"""`vitalstream health` passes on what a process of ours says of itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from typer.testing import CliRunner, Result

from exporters.metrics.server import MetricsServer
from streams.beside import address
from streams.cli import build_app
from streams.errors import UserError
from streams.settings import Settings


def health(monkeypatch: pytest.MonkeyPatch, port: int, *arguments: str) -> Result:
    monkeypatch.setenv("VITALSTREAM_METRICS_PORT", str(port))
    return CliRunner().invoke(build_app(), ["health", *arguments])


def test_progress_is_exit_code_0(monkeypatch: pytest.MonkeyPatch) -> None:
    server = MetricsServer(CollectorRegistry(), lambda: None)

    found = health(monkeypatch, server.port)
    server.close()

    assert (found.exit_code, found.output) == (0, "ok\n")


def test_what_stands_still_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    server = MetricsServer(CollectorRegistry(), lambda: "partition 3 stands still")

    found = health(monkeypatch, server.port, "deliver")
    server.close()

    assert isinstance(found.exception, UserError)
    assert str(found.exception).endswith("/healthz answers 503: partition 3 stands still")


def test_a_process_that_is_gone_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    server = MetricsServer(CollectorRegistry(), lambda: None)
    server.close()

    found = health(monkeypatch, server.port)

    assert isinstance(found.exception, UserError)
    assert "does not answer" in str(found.exception)


@pytest.mark.parametrize(
    ("bind", "asked"),
    [
        ("0.0.0.0", "http://127.0.0.1:9100/healthz"),
        ("::", "http://[::1]:9100/healthz"),
        ("10.0.0.7", "http://10.0.0.7:9100/healthz"),
    ],
)
def test_it_asks_where_the_process_listens(bind: str, asked: str) -> None:
    assert address("worker", Settings(bind=bind, metrics_port=9100)) == asked


def test_the_api_is_asked_whether_it_is_ready_by_tls_where_it_has_it() -> None:
    settings = Settings(api_port=8443, api_tls_cert=Path("cert.pem"), api_tls_key=Path("key.pem"))

    assert address("api", settings) == "https://127.0.0.1:8443/ready"


def test_a_port_left_to_chance_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="VITALSTREAM_API_PORT is not set"):
        address("api", Settings())
