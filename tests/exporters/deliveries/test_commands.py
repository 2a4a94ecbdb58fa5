"""`vitalstream routes`: what it shows, and that it sends only when asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from standardwebhooks import Webhook
from typer.testing import CliRunner, Result

from exporters.deliveries.backoff import DAY_MS
from exporters.deliveries.endpoints import Endpoints
from exporters.deliveries.outbox import Outbox
from exporters.deliveries.outcomes import Failed
from exporters.deliveries.overview import FILE
from streams.cli import build_app
from streams.errors import UserError
from tests.exporters.deliveries.conftest import SECRET, webhook
from tests.exporters.deliveries.hooks import serving
from tests.exporters.examples import alert

Write = Callable[[str], Path]
ROUTES = """
[routes.ward]
to = ["app"]
quiet = { from = "22:00", until = "06:30" }
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VITALSTREAM_DATA_DIR", str(tmp_path))


@pytest.fixture
def file(write: Write) -> str:
    return str(write(webhook("app", "https://app.example.org/hook?token=private") + ROUTES))


def call(*words: str) -> Result:
    return CliRunner().invoke(build_app(), ["routes", *words])


def test_a_preview_is_in_words_or_json(file: str) -> None:
    night = ("--at", "2026-02-02T02:30")

    words = call("test", file, *night)
    told = json.loads(call("test", file, *night, "--json").output)

    assert words.output.splitlines() == [
        "high",
        "     at once  app  by ward  detail full",
        "medium",
        "  +4 h 00 min  app  by ward  detail full",
        "low: nobody",
        "info: nobody",
    ]
    assert [(one["priority"], one["after_ms"]) for one in told] == [("high", 0), ("medium", 4 * 3_600_000)]


def test_an_alert_of_ones_own_can_be_tried(file: str, tmp_path: Path) -> None:
    (tmp_path / "alert.json").write_bytes(msgspec.json.encode(alert("a1", priority="high")))

    done = call("test", file, "--alert", str(tmp_path / "alert.json"))

    assert done.output.splitlines() == ["high", "     at once  app  by ward  detail full"]


def test_what_is_no_alert_is_told_in_a_line(file: str, tmp_path: Path) -> None:
    (tmp_path / "alert.json").write_text("{}")

    done = call("test", file, "--alert", str(tmp_path / "alert.json"))

    assert isinstance(done.exception, UserError)
    assert "alert.json: no alert: Object missing required field" in str(done.exception)


def test_without_a_file_it_says_how_to_name_one() -> None:
    assert "set VITALSTREAM_ROUTES" in str(call("list").exception)


async def test_a_test_is_sent_to_every_receiver_and_says_who_took_it(write: Write) -> None:
    async with serving() as good, serving(500) as bad:
        both = '[routes.all]\nto = ["good", "bad"]\n'
        file = write(webhook("good", good.url) + webhook("bad", bad.url) + both)
        done = await asyncio.to_thread(call, "test", str(file), "--send")

    assert done.output.splitlines() == ["good: taken", "bad: HTTP 500"]
    assert done.exit_code == 1
    event = Webhook(SECRET).verify(good.requests[0].body, good.requests[0].headers)
    assert event["type"] == "vitalstream.test"


def test_a_disabled_receiver_is_shown_and_enabled(file: str, tmp_path: Path) -> None:
    Outbox(tmp_path / FILE).close()
    endpoints = Endpoints(tmp_path / FILE)
    for i in range(6):
        endpoints.failed("app", Failed("status", "HTTP 500"), i * DAY_MS)

    before = call("list", file).output
    enabled = call("enable", "app", file).output
    [after] = json.loads(call("list", file, "--json").output)

    assert "disabled: a day of failures, the last: HTTP 500" in before
    assert "private" not in before
    assert enabled == "app is enabled\n"
    assert (after["disabled"], after["failures"], after["routes"]) == (None, 0, ["ward"])
    endpoints.close()


def test_a_receiver_that_is_not_in_the_file_cannot_be_enabled(file: str) -> None:
    assert "there is no receiver nobody" in str(call("enable", "nobody", file).exception)


def test_a_secret_is_one_that_signs() -> None:
    first, second = call("secret").output.strip(), call("secret").output.strip()

    assert first != second
    assert Webhook(first) is not None
