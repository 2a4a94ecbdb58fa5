"""From where the stream is read: the first start, a restart, a hole, a server that lost its data."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import structs
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from exporters.alerts.keys import Keys
from exporters.alerts.sink import AlertSink
from exporters.deliveries.lane import wall_ms
from exporters.deliveries.outbox import Outbox
from exporters.deliveries.overview import overview
from exporters.deliveries.routes import Routes
from exporters.deliveries.service import Deliveries
from streams.stack.server import free_port
from tests.exporters.deliveries.conftest import Start, webhook
from tests.exporters.deliveries.hooks import Hook, serving, until
from tests.exporters.examples import DAY_S, alert, server_on

Load = Callable[[str], Routes]
ALL = '[routes.all]\nto = ["app"]\npriority = "info"\n'
GAPS = "vitalstream_delivery_gaps_total"


def ids(hook: Hook) -> list[str]:
    return sorted(set(hook.ids))


async def test_a_first_start_tells_what_is_open_and_what_is_new(
    load: Load, deliver: Start, sink: AlertSink
) -> None:
    await sink.write([alert("open", 1), alert("open", 2, status="reminded"), alert("over")])
    await sink.write([alert("over", 2, status="resolved")])
    async with serving() as hook, deliver(load(webhook("app", hook.url) + ALL)):
        await sink.write([alert("new")])
        await hook.got(2)
        await sink.write([alert("newer")])
        await hook.got(3)

    assert ids(hook) == ["new-1", "newer-1", "open-2"]


async def test_an_open_alert_of_another_version_keeps_nobody_from_hearing_of_the_others(
    load: Load, deliver: Start, sink: AlertSink, valkey: Redis
) -> None:
    await sink.write([alert("open"), alert("foreign")])
    await valkey.hset(Keys().alert("foreign"), "body", "{}")  # type: ignore[misc]
    async with serving() as hook, deliver(load(webhook("app", hook.url) + ALL)):
        await hook.got(1)

    assert ids(hook) == ["open-1"]


async def test_a_restart_goes_on_where_it_was(load: Load, deliver: Start, sink: AlertSink) -> None:
    async with serving() as hook:
        routes = load(webhook("app", hook.url) + ALL)
        async with deliver(routes):
            await sink.write([alert("a1")])
            await hook.got(1)
        await sink.write([alert("a1", 2, status="escalated"), alert("a1", 3, status="resolved")])
        async with deliver(routes):
            await hook.got(3)

    assert hook.ids == ["a1-1", "a1-2", "a1-3"]


async def test_what_was_trimmed_is_told_by_what_is_now(
    load: Load, deliver: Start, sink: AlertSink, valkey: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    """One alert that was told has ended in the hole, one is new there and still open, one came and went."""
    registry = CollectorRegistry()
    async with serving() as hook:
        routes = load(webhook("app", hook.url) + ALL)
        async with deliver(routes):
            await sink.write([alert("known")])
            await hook.got(1)
        await sink.write([alert("known", 2, status="resolved"), alert("open"), alert("gone")])
        await sink.write([alert("gone", 2, status="resolved")])
        await valkey.xtrim(Keys().stream, maxlen=0, approximate=False)
        await sink.write([alert("new")])
        async with deliver(routes, registry):
            await hook.got(4)

    assert ids(hook) == ["known-1", "known-2", "new-1", "open-1"]
    assert registry.get_sample_value(GAPS) == 1
    assert "are gone: going on with what is open" in caplog.text


async def test_a_server_that_lost_its_data_is_followed_anew(
    load: Load, deliver: Start, sink: AlertSink, valkey: Redis
) -> None:
    registry = CollectorRegistry()
    async with serving() as hook, deliver(load(webhook("app", hook.url) + ALL), registry):
        await sink.write([alert("a1")])
        await hook.got(1)
        await valkey.flushall()
        await sink.write([alert("a2")])
        await hook.got(2)

    assert hook.ids == ["a1-1", "a2-1"]
    assert registry.get_sample_value(GAPS) == 1


async def test_what_waits_and_how_old_it_is_can_be_measured(
    load: Load, deliver: Start, sink: AlertSink, tmp_path: Path
) -> None:
    registry = CollectorRegistry()
    labels = {"receiver": "app"}
    async with serving(410) as hook:
        routes = load(webhook("app", hook.url) + ALL)
        async with deliver(routes, registry):
            await sink.write([alert("a1")])
            await until(lambda: registry.get_sample_value("vitalstream_delivery_disabled", labels) == 1)
            waiting = registry.get_sample_value("vitalstream_deliveries_waiting", labels)

    assert waiting == 1
    assert registry.get_sample_value("vitalstream_deliveries_total", {**labels, "outcome": "gone"}) == 1
    assert registry.get_sample_value("vitalstream_deliveries_queued_total", {"route": "all"}) == 1
    assert overview(routes, tmp_path)[0].last_fault == "HTTP 410"


async def test_redis_may_come_late_and_go_for_a_while(
    load: Load, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Started before Redis is; then Redis ends, comes back empty, and has something new."""
    port = free_port()
    url = f"redis://127.0.0.1:{port}"
    sink = AlertSink.connect(url, trim_s=DAY_S)
    stop = asyncio.Event()
    async with serving() as hook:
        routes = load(webhook("app", hook.url) + ALL)
        work = Deliveries(url, routes, tmp_path, CollectorRegistry())
        running = asyncio.create_task(work.run(stop))
        try:
            await until(lambda: "alerts can't be read" in caplog.text)
            with server_on(port):
                await work.settled()
                await sink.write([alert("a1")])
                await hook.got(1)
            with server_on(port):
                await sink.write([alert("a2")])
                await hook.got(2)
        finally:
            stop.set()
            await running
            work.close()
            await sink.close()

    assert hook.ids == ["a1-1", "a2-1"]


@pytest.mark.parametrize(("answered", "doctor_told"), [(True, []), (False, ["a1-1-1"])])
async def test_who_is_next_is_not_told_of_what_was_taken_on_while_it_was_down(
    load: Load, deliver: Start, sink: AlertSink, tmp_path: Path, answered: bool, doctor_told: list[str]
) -> None:
    """The step was due long before the restart; so was the answer, which only the stream knows."""
    steps = ALL + 'escalate = [ { after_minutes = 1, to = ["doctor"] } ]\n'
    async with serving() as hook, serving() as doctor:
        routes = load(webhook("app", hook.url) + webhook("doctor", doctor.url) + steps)
        async with deliver(routes):
            await sink.write([alert("a1")])
            await hook.got(1)
        outbox = Outbox(tmp_path / "deliveries.db")
        course = structs.replace(outbox.course("a1", "all"), since=1)
        outbox.keep_course("all", course, alert("a1"), due=60_001, now=wall_ms())
        outbox.close()
        if answered:
            await sink.write([alert("a1", 2, status="acknowledged", acknowledged_by="somebody")])
        async with deliver(routes):
            if doctor_told:
                await doctor.got(1)
            await sink.write([alert("a2")])
            await hook.got(2)

    assert doctor.ids == doctor_told
