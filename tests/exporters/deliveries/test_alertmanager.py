"""Alerts at Alertmanager: a real one where it is installed, and what it is told."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from exporters.alerts.sink import AlertSink
from exporters.deliveries.alertmanager import posted
from exporters.deliveries.routes import Routes
from streams.stack.server import free_port
from tests.exporters.deliveries.conftest import Start
from tests.exporters.deliveries.hooks import serving
from tests.exporters.examples import ONSET, alert

Load = Callable[[str], Routes]
NOW = ONSET + 3_600_000
ROUTE = '[routes.all]\nto = ["am"]\npriority = "info"\n'
CONFIG = "route: {receiver: none, group_wait: 1s}\nreceivers: [{name: none}]\n"


def receiver(url: str, more: str = "") -> str:
    return f'[receivers.am]\nkind = "alertmanager"\nurl = "{url}"\n{more}\n'


@pytest.fixture
async def alertmanager(tmp_path: Path) -> AsyncIterator[str]:
    """URL of a real Alertmanager."""
    binary = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    if binary is None:
        if os.environ.get("CI"):
            pytest.fail("alertmanager is not installed (Debian's package prometheus-alertmanager)")
        pytest.skip("alertmanager is not installed (Debian's package prometheus-alertmanager)")
    (tmp_path / "am.yml").write_text(CONFIG)
    url = f"http://127.0.0.1:{free_port()}"
    process = await asyncio.create_subprocess_exec(
        binary,
        f"--config.file={tmp_path / 'am.yml'}",
        f"--storage.path={tmp_path / 'am'}",
        f"--web.listen-address={url.removeprefix('http://')}",
        "--cluster.listen-address=",
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _eventually(url, "/-/ready", lambda _: True)
        yield url
    finally:
        process.terminate()
        await process.wait()


async def _eventually(url: str, path: str, wanted: Callable[[Any], bool]) -> Any:
    """The answer to a GET, once it is as wanted."""
    async with httpx.AsyncClient(base_url=url) as client, asyncio.timeout(30):
        while True:
            try:
                answer = await client.get(path)
                if answer.status_code == 200:
                    body = answer.json() if "json" in answer.headers.get("content-type", "") else None
                    if wanted(body):
                        return body
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)


def labels(alerts: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["labels"]["alert"], one["labels"]["severity"]) for one in alerts]


@pytest.mark.integration
async def test_an_alert_is_there_while_it_is_open_escalates_and_ends(
    load: Load, deliver: Start, sink: AlertSink, alertmanager: str
) -> None:
    """Told every second it outlives the three after which Alertmanager would end it."""
    alerts = "/api/v2/alerts"
    async with deliver(load(receiver(alertmanager, "resend_s = 1") + ROUTE)):
        await sink.write([alert("a1"), alert("a2", wearer="w2")])
        first = await _eventually(alertmanager, alerts, lambda found: len(found) == 2)
        await sink.write([alert("a1", 2, status="escalated", priority="high")])
        grave = await _eventually(alertmanager, alerts, lambda found: ("a1", "critical") in labels(found))
        ends = {one["labels"]["alert"]: one["endsAt"] for one in grave}
        later = await _eventually(
            alertmanager, alerts, lambda found: all(one["endsAt"] > max(ends.values()) for one in found)
        )
        await sink.write([alert("a1", 3, status="resolved", priority="high")])
        left = await _eventually(alertmanager, alerts, lambda found: len(found) == 1)

    assert sorted(labels(first)) == [("a1", "warning"), ("a2", "warning")]
    assert sorted(labels(later)) == [("a1", "critical"), ("a2", "warning")]
    assert labels(left) == [("a2", "warning")]
    assert first[0]["startsAt"].startswith("2025-10-09T08:53:20")


async def test_what_was_resolved_while_it_was_away_does_not_stand_again(
    load: Load, deliver: Start, sink: AlertSink
) -> None:
    async with serving(204, 500, 204) as hook:
        routes = load(receiver(hook.url.removesuffix("/hook"), "resend_s = 3600") + ROUTE)
        async with deliver(routes):
            await sink.write([alert("a1")])
            await hook.got(1)
            await sink.write([alert("a1", 2, status="resolved")])
            await hook.got(3)

    told = [(one.path, one.json[0]["annotations"]["status"]) for one in hook.requests]
    assert told == [("/api/v2/alerts", "raised"), *[("/api/v2/alerts", "resolved")] * 2]


def test_the_wearer_is_not_named() -> None:
    said = posted(alert(wearer="private"), NOW, 60_000, None, "", "none")

    assert "private" not in str(said)
    assert said["labels"] == {
        "alertname": "VitalstreamAlert", "alert": "a1", "condition": "rhythm", "priority": "medium",
        "severity": "warning",
    }  # fmt: skip
    assert "description" not in said["annotations"]


def test_a_salted_hash_tells_wearers_apart() -> None:
    first, again, other, salted = (
        posted(alert(wearer=wearer), NOW, 60_000, salt, "", "none")["labels"]["wearer"]
        for wearer, salt in (("w1", b"s" * 16), ("w1", b"s" * 16), ("w2", b"s" * 16), ("w1", b"t" * 16))
    )

    assert first == again
    assert len({first, other, salted, "w1"}) == 4


@pytest.mark.parametrize(
    ("status", "ends"), [("raised", "2025-10-09T09:54:20.000Z"), ("resolved", "2025-10-09T09:53:20.000Z")]
)
def test_what_is_open_ends_later_and_what_is_over_now(status: str, ends: str) -> None:
    said = posted(alert(status=status), NOW, 60_000, None, "https://board", "title")

    assert (said["startsAt"], said["endsAt"]) == ("2025-10-09T08:53:20.000Z", ends)
    assert said["generatorURL"] == "https://board"
    assert said["annotations"]["description"] == "Irregular rhythm, possibly atrial fibrillation"


def test_an_alert_of_a_clock_that_is_ahead_begins_now() -> None:
    said = posted(alert(onset=NOW + 10**9, status="resolved"), NOW, 60_000, None, "", "none")

    assert said["startsAt"] == said["endsAt"]
