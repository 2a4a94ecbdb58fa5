"""Whatever fits or breaks the OpenAPI document, sent to the real API: no 5xx, and answers as described."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass

import msgspec
import pytest
import redis
import schemathesis
from hypothesis import HealthCheck, given, settings
from kafka import KafkaProducer
from schemathesis.checks import CHECKS
from schemathesis.schemas import APIOperation

from exporters.alerts.sink import AlertSink
from exporters.api.contract import OPERATIONS, Operation
from exporters.api.openapi import Document, openapi
from streams.records import Reading, Snooze, Trace
from streams.stack import LocalStack
from tests.exporters.api.serving import PATIENCE_S, serving
from tests.exporters.examples import ONSET, alert
from tests.streams.engine.harness import fresh_topics

pytestmark = pytest.mark.integration
KNOWN = {"id": ["a1", "a2", "over", "nobody"], "wearer": ["w1", "w2", "nobody"]}
"""What a path can name: found by chance, hardly any would be there."""
STRICTER = frozenset({"getSignals", "snooze", "breakGlass"})
"""What refuses more than a schema says: unknown signals in a list, 10.0 for an integer, a blank reason."""
EXAMPLES = 20


@dataclass(frozen=True)
class Place:
    address: str
    clinician: dict[str, str]
    admin: dict[str, str]


@pytest.fixture(scope="module")
def place(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The API in a thread, before servers that hold something."""
    fresh_topics(stack.broker)
    url = stack.redis_url.removesuffix("0") + "15"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    told: Future[Place] = Future()
    over = threading.Event()

    async def serve() -> None:
        await filled(url)
        folder = tmp_path_factory.mktemp("api")
        async with serving(url, folder, stack.broker, anonymous="off") as running:
            nurse, root = running.token("nurse", "clinician", "w1", "w2"), running.token("root", "admin")
            async with asyncio.timeout(PATIENCE_S):
                while not (await running.get("/wearers", headers=nurse))["wearers"]:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            told.set_result(Place(running.address, nurse, root))
            await asyncio.to_thread(over.wait)

    traced(stack.broker)
    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        yield told.result(30)
    finally:
        over.set()
        thread.join()


async def filled(url: str) -> None:
    sink = AlertSink.connect(url, trim_s=3600)
    await sink.write([
        alert("a1"),
        alert("a2", wearer="w2", status="snoozed", snooze=Snooze(ONSET + 1, "nurse")),
        alert("over"),
        alert("over", 2, status="resolved"),
    ])  # fmt: skip
    await sink.close()


def traced(broker: str) -> None:
    reading = Reading(118.0, 64.0, 50.0, 78.0, 1.0)
    with KafkaProducer(bootstrap_servers=broker) as producer:
        for minute in range(3):
            trace = Trace(
                "w1", ONSET + minute * 60_000, "medium", "rest", unusual=0.9, signals={"hr": reading}
            )
            producer.send("traces", key=b"w1", value=msgspec.json.encode(trace))


def document() -> Document:
    found = openapi()
    for item in found["paths"].values():
        for operation in item.values():
            for parameter in operation["parameters"]:
                if parameter["in"] == "path":
                    parameter["schema"] = {"enum": KNOWN[parameter["name"]]}
    return found


@pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if not one.events], ids=lambda operation: operation.name
)
def test_nothing_breaks_it_and_answers_are_as_described(operation: Operation, place: Place) -> None:
    schema = schemathesis.openapi.from_dict(document())
    described: APIOperation = schema[operation.path][operation.method]
    excluded = [CHECKS.get_one("positive_data_acceptance")] if operation.name in STRICTER else []
    asker = place.admin if operation.name == "readAudit" else place.clinician

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=described.as_strategy())
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(base_url=place.address, headers=asker, excluded_checks=excluded)

    ask()
