"""What people say over the API reaches Kafka as the command line's does, or is refused in one line."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kafka import KafkaConsumer

from exporters.alerts.sink import AlertSink
from streams.records import Alert, Feedback
from streams.stack import LocalStack
from tests.exporters.api.serving import Running, serving
from tests.exporters.examples import alert
from tests.streams.engine.harness import fresh_topics


async def published(url: str, *alerts: Alert) -> None:
    sink = AlertSink.connect(url, trim_s=3600)
    await sink.write(alerts)
    await sink.close()


def heard(broker: str) -> list[tuple[bytes, int, Feedback]]:
    consumer = KafkaConsumer(
        "feedback", bootstrap_servers=broker, auto_offset_reset="earliest", consumer_timeout_ms=2000
    )
    found = [(r.key, r.partition, msgspec.json.decode(r.value, type=Feedback)) for r in consumer]
    consumer.close()
    return found


@pytest.mark.integration
async def test_answers_reach_the_topic_under_the_wearers_key(
    stack: LocalStack, redis_url: str, tmp_path: Path
) -> None:
    fresh_topics(stack.broker)
    await published(redis_url, alert("a1", wearer="w1", priority="high"))
    async with serving(redis_url, tmp_path, broker=stack.broker) as api:
        nurse = api.token("nurse-2", "clinician", "w1")
        answers = [
            await api.client.post(f"/alerts/a1/{verb}", json=said, headers=nurse)
            for verb, said in (
                ("acknowledge", {}),
                ("snooze", {"minutes": 120, "comment": "in the bath"}),
                ("feedback", {"useful": False, "true_alarm": True}),
            )
        ]
        ready = await api.get("/ready")

    records = heard(stack.broker)
    said = sorted((feedback for _, _, feedback in records), key=lambda one: one.time)

    assert [answer.status_code for answer in answers] == [202, 202, 202]
    assert [answer.json()["feedback"] for answer in answers] == [one.id for one in said]
    assert answers[1].json()["minutes"] == 30, "a high alert is snoozed for half an hour at most"
    assert [(one.action, one.author, one.wearer, one.alert) for one in said] == [
        (action, "nurse-2", "w1", "a1") for action in ("acknowledge", "snooze", "answer")
    ]
    assert (said[1].for_s, said[1].comment) == (7200, "in the bath")
    assert (said[2].useful, said[2].true_alarm) == (False, True)
    assert {(key, partition) for key, partition, _ in records} == {(b"w1", records[0][1])}
    assert (ready["ready"], ready["redis"], ready["kafka"]) == (True, "up", "up")


@pytest.mark.integration
async def test_the_api_chooses_the_partition_that_the_command_line_does(
    stack: LocalStack, redis_url: str, tmp_path: Path
) -> None:
    from streams.gateways.producer import VitalsProducer

    fresh_topics(stack.broker)
    wearers = [f"wearer-{i}" for i in range(12)]
    await published(redis_url, *(alert(f"a{i}", wearer=name) for i, name in enumerate(wearers)))
    async with serving(redis_url, tmp_path, broker=stack.broker) as api:
        for i in range(len(wearers)):
            await api.client.post(f"/alerts/a{i}/acknowledge", json={})
    with VitalsProducer(stack.broker) as producer:
        for name in wearers:
            producer.send(Feedback("f", name, "a", "acknowledge", 1))

    places = {(key, partition) for key, partition, _ in heard(stack.broker)}

    assert len(places) == len(wearers)
    assert len({partition for _, partition in places}) > 1


async def test_a_broker_that_is_away_is_told_in_time(api: Running, sink: AlertSink) -> None:
    await sink.write([alert("a1")])
    begun = time.monotonic()

    answer = await api.client.post("/alerts/a1/acknowledge", json={})

    assert answer.status_code == 503
    assert answer.json()["error"].startswith("Kafka has not taken this")
    assert "Retry-After" in answer.headers
    assert time.monotonic() - begun < 8


@pytest.mark.parametrize(
    ("path", "said", "status", "says"),
    [
        ("a1/snooze", {}, 422, "minutes is missing: send a whole number from 1 to 10080"),
        ("a1/snooze", {"minutes": 0}, 422, "minutes: send a whole number from 1 to 10080"),
        ("a1/snooze", {"minutes": 10, "until": 1}, 422, "not known here: send some of minutes, comment"),
        ("a1/acknowledge", {"comment": "x" * 2001}, 422, "comment"),
        ("a1/acknowledge", {"comment": "\x1b[2J"}, 422, "control characters in the comment"),
        ("a1/acknowledge", {"comment": "x" * 70_000}, 413, "64 KiB"),
        ("a1/feedback", {}, 422, "say whether"),
        ("a1/feedback", {"useful": "yes"}, 422, "useful"),
        ("over/snooze", {"minutes": 5}, 409, "it is over"),
        ("nobody/acknowledge", {}, 404, "no such alert"),
    ],
)
async def test_what_can_not_be_meant_is_refused(
    api: Running, sink: AlertSink, path: str, said: dict[str, Any], status: int, says: str
) -> None:
    await sink.write([alert("a1"), alert("over"), alert("over", 2, status="resolved")])

    answer = await api.client.post(f"/alerts/{path}", json=said)

    assert answer.status_code == status
    assert says in answer.json()["error"]


@pytest.mark.parametrize(("body", "kind", "status"), [
    (b"{}", "text/plain", 415), (b"{", "application/json", 422), (b"\xff", "application/json", 422),
])  # fmt: skip
async def test_a_body_is_json(api: Running, sink: AlertSink, body: bytes, kind: str, status: int) -> None:
    await sink.write([alert("a1")])

    answer = await api.client.post("/alerts/a1/acknowledge", content=body, headers={"Content-Type": kind})

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("role", "wearers", "status"),
    [("clinician", ["w2"], 404), ("wearer", ["w2"], 404), ("operator", [], 403), ("admin", [], 403)],
)
async def test_nobody_answers_for_a_wearer_who_is_not_theirs(
    api: Running, sink: AlertSink, role: Any, wearers: list[str], status: int
) -> None:
    await sink.write([alert("a1", wearer="w1")])

    answer = await api.client.post("/alerts/a1/acknowledge", json={}, headers=api.token("x", role, *wearers))

    assert answer.status_code == status
