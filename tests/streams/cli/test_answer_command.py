"""`vitalstream ack | snooze | answer`: what a person says reaches the topic."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, Literal

import msgspec
import pytest
from kafka import KafkaConsumer

from exporters.alerts.sink import AlertSink
from streams.cli.answer import sent
from streams.errors import UserError
from streams.gateways.answers import sendable
from streams.records import Alert, Feedback, Source
from streams.stack import LocalStack
from tests.streams.cli.test_cli import vitalstream
from tests.streams.engine.harness import fresh_topics

pytestmark = pytest.mark.integration
ALERT = Alert(
    "a1", 1, "w1", "fever", "raised", "low", "Fever", 1_000_000, 1_060_000, Source("vitals", 0, 7)
)  # fmt: skip


@pytest.fixture
def environ(stack: LocalStack, redis_url: str) -> Iterator[dict[str, str]]:
    fresh_topics(stack.broker)
    asyncio.run(published(redis_url))
    return {"VITALSTREAM_BROKER": stack.broker, "VITALSTREAM_REDIS_URL": redis_url}


async def published(url: str) -> None:
    sink = AlertSink.connect(url, trim_s=3600)
    await sink.write([ALERT])
    await sink.close()


def told(broker: str) -> list[Feedback]:
    consumer = KafkaConsumer(
        "feedback", bootstrap_servers=broker, auto_offset_reset="earliest", consumer_timeout_ms=2000
    )
    found = [(record.key, msgspec.json.decode(record.value, type=Feedback)) for record in consumer]
    consumer.close()
    assert all(key == feedback.wearer.encode() for key, feedback in found)
    return [feedback for _, feedback in found]


def test_answers_reach_the_topic_under_the_wearers_key(environ: dict[str, str]) -> None:
    done = [
        vitalstream("ack", "a1", "--author", "nurse-2", **environ),
        vitalstream("snooze", "a1", "--minutes", "30", **environ),
        vitalstream("answer", "a1", "--not-useful", "--comment", "was moving", **environ),
    ]

    first, second, third = told(environ["VITALSTREAM_BROKER"])

    assert [answer.returncode for answer in done] == [0, 0, 0]
    assert [answer.stdout for answer in done] == [
        "acknowledged: «Fever», w1\n",
        "snoozed: «Fever», w1, for 30 min\n",
        "answered: «Fever», w1\n",
    ]
    assert (first.action, first.alert, first.author) == ("acknowledge", "a1", "nurse-2")
    assert (second.action, second.for_s, second.until) == ("snooze", 1800, None)
    assert (third.action, third.useful, third.comment) == ("answer", False, "was moving")


@pytest.mark.parametrize("words", ["nothing", ""])
@pytest.mark.parametrize("command", ["ack", "card"])
def test_an_alert_that_is_not_there_is_one_line(command: str, words: str, environ: dict[str, str]) -> None:
    answer = vitalstream(command, words, **environ)

    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith(f"vitalstream: there is no alert {words!r}")


def said(action: Literal["acknowledge", "snooze", "answer"], **more: Any) -> Feedback:
    return Feedback("f1", "w1", "a1", action, 1, **more)


def test_what_is_over_can_only_be_answered() -> None:
    over = msgspec.structs.replace(ALERT, status="resolved")

    assert sendable(said("answer", useful=True), over)
    assert "it is over" in sent(said("answer", useful=True), over)
    for action in ("acknowledge", "snooze"):
        with pytest.raises(UserError, match="is over"):
            sendable(said(action), over)


def test_control_characters_are_refused_by_field() -> None:
    with pytest.raises(UserError, match="control characters in the author"):
        sendable(said("acknowledge", author="a\x1b[2J"), ALERT)


def test_a_snooze_tells_the_bound_of_its_priority() -> None:
    high = msgspec.structs.replace(ALERT, priority="high")

    told = sent(said("snooze", for_s=7200), high)

    assert told == "snoozed: «Fever», w1, for 30 min: a high alert is snoozed for 30 minutes at most"


def test_an_answer_must_say_something(environ: dict[str, str]) -> None:
    assert vitalstream("answer", "a1", **environ).stderr.startswith("vitalstream: say --useful")


@pytest.mark.parametrize("said", [{"author": "x" * 65}, {"comment": "x" * 2001}])
def test_what_a_worker_would_refuse_is_not_sent(said: dict[str, str], environ: dict[str, str]) -> None:
    [name] = said

    answer = vitalstream("ack", "a1", f"--{name}", said[name], **environ)

    assert answer.returncode == 1
    assert f"$.{name}" in answer.stderr
    assert "xxx" not in answer.stderr
    assert told(environ["VITALSTREAM_BROKER"]) == []
