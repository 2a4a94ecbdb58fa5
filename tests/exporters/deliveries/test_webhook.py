"""Webhooks, end to end: real Valkey, real HTTP servers that behave well and badly."""

from __future__ import annotations

from collections.abc import Callable

from standardwebhooks import Webhook

from exporters.alerts.sink import AlertSink
from exporters.deliveries.routes import Routes
from tests.exporters.deliveries.conftest import SECRET, Start, webhook
from tests.exporters.deliveries.hooks import serving
from tests.exporters.examples import alert

Load = Callable[[str], Routes]
ALL = '[routes.all]\nto = ["app"]\npriority = "info"\n'


async def test_an_alert_comes_signed_as_a_cloud_event(load: Load, deliver: Start, sink: AlertSink) -> None:
    async with serving() as hook, deliver(load(webhook("app", hook.url) + ALL)):
        await sink.write([alert("a1")])
        [request] = await hook.got(1)

    event = Webhook(SECRET).verify(request.body, request.headers)
    assert (event["specversion"], event["type"], event["subject"]) == (
        "1.0",
        "vitalstream.alert.raised",
        "a1",
    )
    assert event["id"] == request.headers["webhook-id"] == "a1-1"
    assert event["data"]["contributions"][0]["value"] == 118.0
    assert request.headers["content-type"] == "application/cloudevents+json"


async def test_a_failure_is_tried_again_under_the_same_id(
    load: Load, deliver: Start, sink: AlertSink
) -> None:
    async with serving(500, 204) as hook, deliver(load(webhook("app", hook.url) + ALL)):
        await sink.write([alert("a1")])
        first, second = await hook.got(2)

    assert hook.ids == ["a1-1", "a1-1"]
    assert first.body == second.body
