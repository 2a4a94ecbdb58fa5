"""Planted names, tokens and addresses reach no log of the API or of deliveries, not even at `debug`."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from exporters.access.access import Access
from exporters.alerts.sink import AlertSink
from streams.settings import Settings
from streams.stack import LocalStack
from tests.exporters.examples import DAY_S, alert
from tests.streams.engine.harness import fresh_topics

WEARER = "planted-wearer"
COMMENT = "planted comment"
TITLE = "Planted title of an alert"
PERSON = "dr-planted"
RUN = [sys.executable, "-c", "from streams.cli import main; main()"]
WAIT_S = 30


@contextmanager
def running(command: str, log: Path, **environment: str) -> Iterator[dict[str, object]]:
    """A command of its own at the level `debug`, all that it says in `log`; gives its first line."""
    told = os.environ | environment | {"VITALSTREAM_LOG_LEVEL": "debug"}
    with (
        log.open("w") as said,
        subprocess.Popen(
            [*RUN, command, "--json"], env=told, stdout=subprocess.PIPE, stderr=said, text=True
        ) as process,
    ):
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
            process.send_signal(signal.SIGTERM)
            process.wait(WAIT_S)
        finally:
            process.kill()
            said.write(process.stdout.read())


def planted_in(log: Path, *planted: str) -> list[str]:
    text = log.read_text()
    assert '"level": "debug"' in text  # else nothing was said at all
    return [word for word in planted if word in text]


async def test_the_api_logs_no_name_and_no_token(stack: LocalStack, redis_url: str, tmp_path: Path) -> None:
    fresh_topics(stack.broker)
    sink = AlertSink.connect(redis_url, trim_s=DAY_S)
    await sink.write([alert("planted-alert", wearer=WEARER, title=TITLE)])
    await sink.close()
    grant, token = Access.files(Settings(data_dir=tmp_path)).tokens.prepare(
        PERSON, "clinician", [WEARER], None
    )
    Access.files(Settings(data_dir=tmp_path)).tokens.add(grant)
    log = tmp_path / "log"

    with running(
        "api",
        log,
        VITALSTREAM_BROKER=stack.broker,
        VITALSTREAM_REDIS_URL=redis_url,
        VITALSTREAM_DATA_DIR=str(tmp_path),
    ) as told:
        address = str(told["address"])
        status = ask_all(address, token)

    assert status == [200, 200, 404, 202, 401, 400, 422, 422]
    assert planted_in(log, WEARER, COMMENT, TITLE, PERSON, "planted", token, token[3:]) == []


def ask_all(address: str, token: str) -> list[int]:
    """What comes by every kind of request, good and bad, with something planted in each part of it."""
    bearer = {"Authorization": f"Bearer {token}"}
    one = "/alerts/planted-alert"
    with httpx.Client(base_url=address, headers=bearer, trust_env=False, timeout=WAIT_S) as http:
        with http.stream("GET", "/alerts/stream?since=0") as events:
            assert any(WEARER in line for line in events.iter_lines())
        by_socket(address, token)
        return [
            http.get("/alerts", params={"wearer": WEARER}).status_code,
            http.get(one, headers={"Accept": "text/html"}).status_code,
            http.get(f"/wearers/{WEARER}-2").status_code,
            http.post(f"{one}/acknowledge", json={"comment": COMMENT}).status_code,
            http.get("/me", headers={"Authorization": f"Bearer {token}planted"}).status_code,
            http.get("/me", params={"token": token}).status_code,
            http.get("/alerts", params={"planted": WEARER}).status_code,
            http.post(f"{one}/snooze", json={"planted": WEARER}).status_code,
        ]


def by_socket(address: str, token: str) -> None:
    url = f"{address.replace('http', 'ws', 1)}/alerts/socket?since=0"
    protocols = [Subprotocol("vitalstream"), Subprotocol(f"bearer.{token}")]
    with connect(url, subprotocols=protocols, proxy=None) as socket:
        while WEARER not in str(socket.recv(WAIT_S)):
            pass
    with suppress(InvalidStatus), connect(f"{url}&wearer=planted", subprotocols=protocols[:1], proxy=None):
        raise AssertionError("it was let in without a token")


async def test_deliveries_log_no_name_and_no_address(redis_url: str, tmp_path: Path) -> None:
    sink = AlertSink.connect(redis_url, trim_s=DAY_S)
    await sink.write([alert("planted-alert", wearer=WEARER, title=TITLE)])
    await sink.close()
    key, log = "whsec_" + secrets.token_hex(24), tmp_path / "log"
    (tmp_path / "key").write_text(key)
    (tmp_path / "push").write_text("json://127.0.0.1:1/planted-path/?+X-Key=planted-key")
    (tmp_path / "routes.toml").write_text(
        "[receivers.app]\nkind = 'webhook'\nurl = 'http://127.0.0.1:1/planted-path?token=planted-key'\n"
        "secret_file = 'key'\n"
        "[receivers.phone]\nkind = 'push'\nurl_file = 'push'\n"
        "[routes.all]\nto = ['app', 'phone']\n"
    )

    with running(
        "deliver",
        log,
        VITALSTREAM_REDIS_URL=redis_url,
        VITALSTREAM_DATA_DIR=str(tmp_path),
        VITALSTREAM_ROUTES=str(tmp_path / "routes.toml"),
        VITALSTREAM_BROKER="127.0.0.1:1",
        VITALSTREAM_METRICS_PORT="0",
    ) as told:
        metrics = failed_twice(f"http://127.0.0.1:{told['metrics_port']}/metrics")

    assert '"a receiver does not take messages", "receiver": "app"' in log.read_text()
    assert planted_in(log, WEARER, TITLE, "planted", key[6:]) == []
    assert "planted" not in metrics


def failed_twice(url: str) -> str:
    """The metrics once both receivers have failed."""
    with httpx.Client(trust_env=False, timeout=WAIT_S) as http:
        while True:
            text = http.get(url).text
            lines = [line for line in text.splitlines() if line.startswith("vitalstream_deliveries_total")]
            if len([line for line in lines if 'outcome="delivered"' not in line]) >= 2:
                return text
