"""Webhooks, end to end: real Valkey, real HTTP servers that behave well and badly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from standardwebhooks import Webhook

from exporters.alerts.sink import AlertSink
from exporters.deliveries.overview import enable_receiver, overview
from exporters.deliveries.routes import Routes
from tests.exporters.deliveries.certificates import server_context
from tests.exporters.deliveries.conftest import SECRET, Start, webhook
from tests.exporters.deliveries.hooks import CUT, DRIP, HANG, Answer, serving, until
from tests.exporters.examples import alert
from tests.logged import lines, text

Load = Callable[[str], Routes]
ALL = '[routes.all]\nto = ["app"]\npriority = "info"\n'
LEAST = {"id", "revision", "status", "priority", "onset", "updated", "historic"}
BOTH = '[routes.all]\nto = ["bad", "good"]\npriority = "info"\n'


async def test_an_alert_comes_signed_as_a_cloud_event(load: Load, deliver: Start, sink: AlertSink) -> None:
    async with serving() as hook, deliver(load(webhook("app", hook.url) + ALL)):
        await sink.write([alert("a1")])
        [request] = await hook.got(1)

    event = Webhook(SECRET).verify(request.body, request.headers)
    assert event["specversion"] == "1.0"
    assert (event["type"], event["subject"]) == ("vitalstream.alert.raised", "a1")
    assert event["time"] == "2025-10-09T08:54:20.000Z"
    assert event["id"] == request.headers["webhook-id"] == "a1-1"
    assert event["data"]["contributions"][0]["value"] == 118.0
    assert request.headers["content-type"] == "application/cloudevents+json"


@pytest.mark.parametrize("failure", [500, 404, (302, {"location": "http://127.0.0.1:9/"}), 503, CUT])
async def test_a_failure_is_tried_again_under_the_same_id(
    load: Load, deliver: Start, sink: AlertSink, failure: Answer
) -> None:
    async with serving(failure, 204) as hook, deliver(load(webhook("app", hook.url) + ALL)):
        await sink.write([alert("a1")])
        first, second = await hook.got(2)

    assert hook.ids == ["a1-1", "a1-1"]
    assert first.body == second.body


async def test_revisions_of_an_alert_come_in_order_over_failures(
    load: Load, deliver: Start, sink: AlertSink
) -> None:
    async with serving(500, 500, 204) as hook, deliver(load(webhook("app", hook.url) + ALL)):
        statuses = ["raised", "escalated", "resolved"]
        await sink.write([alert("a1", i, status=status) for i, status in enumerate(statuses, 1)])
        await hook.got(5)

    assert hook.ids == ["a1-1", "a1-1", "a1-1", "a1-2", "a1-3"]


async def test_retry_after_holds_back_the_whole_endpoint(
    load: Load, deliver: Start, sink: AlertSink, tmp_path: Path
) -> None:
    """The first answer asks for an hour; the second alert is not even tried."""
    async with serving((429, {"retry-after": "3600"})) as busy, serving() as good:
        routes = load(webhook("bad", busy.url, "concurrency = 1") + webhook("good", good.url) + BOTH)
        async with deliver(routes):
            await sink.write([alert("a1"), alert("a2")])
            await good.got(2)
            await until(lambda: overview(routes, tmp_path)[0].paused_until is not None)
            await sink.write([alert("a3")])
            await good.got(3)

    assert busy.ids == ["a1-1"]
    assert overview(routes, tmp_path)[0].waiting == 3


async def test_a_receiver_that_is_gone_is_disabled_until_somebody_enables_it(
    load: Load, deliver: Start, sink: AlertSink, tmp_path: Path
) -> None:
    async with serving(410, 204) as hook:
        routes = load(webhook("app", hook.url) + ALL)
        async with deliver(routes):
            await sink.write([alert("a1")])
            await until(lambda: overview(routes, tmp_path)[0].disabled is not None)
            await sink.write([alert("a2")])
            await until(lambda: overview(routes, tmp_path)[0].waiting == 2)
            before = list(hook.ids)
            enable_receiver(tmp_path, "app")
            await hook.got(3)

    assert before == ["a1-1"]
    assert sorted(hook.ids[1:]) == ["a1-1", "a2-1"]
    assert overview(routes, tmp_path)[0].disabled is None


async def test_a_message_that_a_receiver_cannot_read_is_given_up_and_the_next_goes_on(
    load: Load, deliver: Start, sink: AlertSink
) -> None:
    async with serving(400, 400, 400, 400, 400, 204) as hook, deliver(load(webhook("app", hook.url) + ALL)):
        await sink.write([alert("a1", 1), alert("a1", 2)])
        await hook.got(6)

    assert hook.ids == ["a1-1"] * 5 + ["a1-2"]


@pytest.mark.parametrize("manner", [HANG, DRIP])
async def test_others_get_everything_while_an_endpoint_hangs(
    load: Load, deliver: Start, sink: AlertSink, manner: str
) -> None:
    """Two hundred alerts pass the one that hangs, which has as many requests open as it may."""
    registry = CollectorRegistry()
    async with serving(manner) as bad, serving() as good:
        hanging = webhook("bad", bad.url, "timeout_s = 120\nconcurrency = 2")
        routes = load(hanging + webhook("good", good.url) + BOTH)
        async with deliver(routes, registry):
            await sink.write([alert("first")])
            await bad.got(1)
            await sink.write([alert(f"a{i}") for i in range(200)])
            await good.got(201)
            await until(lambda: registry.get_sample_value(*_sample("good")) == 201)

    assert len(bad.requests) <= 2
    assert sorted(good.ids) == sorted(["first-1", *(f"a{i}-1" for i in range(200))])


def _sample(receiver: str) -> tuple[str, dict[str, str]]:
    return "vitalstream_deliveries_total", {"receiver": receiver, "outcome": "delivered"}


@pytest.mark.parametrize("manner", [HANG, DRIP])
async def test_an_answer_that_does_not_end_is_a_failure(
    load: Load, deliver: Start, sink: AlertSink, manner: str
) -> None:
    slow = "timeout_s = 1"
    async with serving(manner, 204) as hook, deliver(load(webhook("app", hook.url, slow) + ALL)):
        await sink.write([alert("a1")])
        await hook.got(2)

    assert hook.ids == ["a1-1", "a1-1"]


async def test_a_receiver_with_an_untrusted_certificate_is_not_told(
    load: Load, deliver: Start, sink: AlertSink, tmp_path: Path
) -> None:
    async with serving(tls=server_context(tmp_path)) as hook:
        routes = load(webhook("app", hook.url) + ALL)
        async with deliver(routes, wait_ms=3_600_000):
            await sink.write([alert("a1")])
            await until(lambda: overview(routes, tmp_path)[0].failures > 0)

    assert hook.requests == []
    assert overview(routes, tmp_path)[0].last_fault == (
        "TLS failed: its certificate is not trusted, or it speaks none"
    )


async def test_a_certificate_of_the_file_is_trusted(
    load: Load, deliver: Start, sink: AlertSink, tmp_path: Path
) -> None:
    tls, trusted = server_context(tmp_path), 'ca_file = "cert.pem"'
    async with serving(tls=tls) as hook, deliver(load(webhook("app", hook.url, trusted) + ALL)):
        await sink.write([alert("a1")])
        [request] = await hook.got(1)

    assert request.headers["webhook-id"] == "a1-1"


async def test_a_name_that_leads_to_a_metadata_service_is_not_called(
    load: Load, deliver: Start, sink: AlertSink, tmp_path: Path
) -> None:
    routes = load(webhook("app", "https://169.254.169.254/latest") + ALL)
    async with deliver(routes, wait_ms=3_600_000):
        await sink.write([alert("a1")])
        await until(lambda: overview(routes, tmp_path)[0].failures > 0)

    assert "link-local or a metadata service" in str(overview(routes, tmp_path)[0].last_fault)


async def test_two_routes_to_one_receiver_are_one_message(
    load: Load, deliver: Start, sink: AlertSink
) -> None:
    more = '[routes.rhythm]\nto = ["app"]\nconditions = ["rhythm"]\n'
    async with serving() as hook, deliver(load(webhook("app", hook.url) + ALL + more)):
        await sink.write([alert("a1"), alert("a2", condition="fever")])
        await hook.got(2)
        await sink.write([alert("a3")])
        await hook.got(3)

    assert sorted(hook.ids) == ["a1-1", "a2-1", "a3-1"]


@pytest.mark.parametrize(
    ("detail", "fields"),
    [
        ("none", LEAST),
        ("title", LEAST | {"title", "condition"}),
    ],
)
async def test_a_route_may_tell_less_than_all(
    load: Load, deliver: Start, sink: AlertSink, detail: str, fields: set[str]
) -> None:
    routes = webhook("app", "URL") + ALL + f'detail = "{detail}"\n'
    async with serving() as hook, deliver(load(routes.replace("URL", hook.url))):
        await sink.write([alert("a1")])
        [request] = await hook.got(1)

    assert set(request.json["data"]) == fields
    assert b"w1" not in request.body


async def test_nothing_that_is_logged_tells_an_address_a_secret_an_answer_or_a_wearer(
    load: Load, deliver: Start, sink: AlertSink, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    async with serving(500, 410) as hook:
        routes = load(webhook("app", hook.url) + ALL)
        async with deliver(routes):
            await sink.write([alert("a1", wearer="very-private")])
            await until(lambda: overview(routes, tmp_path)[0].disabled is not None)

    told = [line["event"] for line in lines(caplog) if line.get("receiver") == "app"]
    assert told == ["a receiver does not take messages", "a receiver is disabled"]
    for private in (hook.url, SECRET, "whsec", "very-private", "127.0.0.1"):
        assert private not in text(caplog)
