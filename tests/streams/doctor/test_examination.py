"""The whole examination, against real servers and against none."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from pydantic import SecretStr

from streams.doctor import examine
from streams.settings import Settings
from streams.stack import LocalStack
from tests.streams.doctor.finding import bad
from tests.streams.engine.harness import fresh_topics

ROOT = Path(__file__).parents[3]
RUN = [sys.executable, "-c", "from streams.cli import main; main()", "doctor"]


def doctor(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*RUN, *arguments], env=os.environ | environment, capture_output=True, text=True, timeout=100
    )


def test_nothing_is_wrong_on_a_running_stack(stack: LocalStack) -> None:
    fresh_topics(stack.broker)

    findings = list(examine(stack.settings))

    assert bad(findings) == []
    assert {"broker", "topics", "group", "redis", "clock", "models", "ports"} <= {f.name for f in findings}


def test_what_depends_on_something_wrong_is_not_told_again_and_no_secret_is(tmp_path: Path) -> None:
    url = SecretStr("redis://:hunter2@127.0.0.1:1/0")
    settings = Settings(broker="127.0.0.1:1", redis_url=url, data_dir=tmp_path, state_key=SecretStr("ab"))

    findings = list(examine(settings))

    assert [finding.name for finding in findings if finding.level == "wrong"] == [
        "state key",
        "broker",
        "redis",
    ]
    assert "hunter2" not in str(findings)
    assert "stack up" in next(finding.do for finding in findings if finding.name == "broker")


def test_the_command_ends_with_1_when_something_is_wrong(tmp_path: Path) -> None:
    environment = {
        "VITALSTREAM_BROKER": "127.0.0.1:1",
        "VITALSTREAM_REDIS_URL": "redis://127.0.0.1:1/0",
        "VITALSTREAM_DATA_DIR": str(tmp_path),
        "VITALSTREAM_STATE_KEY": "ab" * 32,
    }

    told, lines = doctor(**environment), doctor("--json", **environment)

    assert (told.returncode, lines.returncode) == (1, 1)
    assert "wrong broker        no broker answers at VITALSTREAM_BROKER (127.0.0.1:1)\n" in told.stdout
    assert "do: run `vitalstream stack up`" in told.stdout
    found = [json.loads(line) for line in lines.stdout.splitlines()]
    assert all(each.keys() == {"name", "level", "says", "do", "see"} for each in found)
    assert {each["level"] for each in found} >= {"ok", "wrong"}


def test_a_setting_against_another_is_one_finding(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, broker="kafka.example:9092", bind="0.0.0.0")

    told = bad(examine(settings))

    assert any(line.startswith("broker: Kafka's records would go in clear") for line in told)
    assert any(line.startswith("access: without TLS the API listens on loopback alone") for line in told)


def test_every_page_that_is_named_is_there() -> None:
    named = {
        page
        for module in (ROOT / "streams" / "doctor").glob("*.py")
        for page in re.findall(r'"(docs/[^"]+)"', module.read_text())
    }

    for page in named:
        path, _, anchor = page.partition("#")
        titles = re.findall(r"^#+ (.+)$", (ROOT / path).read_text(), re.MULTILINE)
        anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
        assert not anchor or anchor in anchors, page
    assert len(named) > 8
