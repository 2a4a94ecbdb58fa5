"""Subscribers that stop reading: they cost nothing, slow nobody, and go on where they were."""

from __future__ import annotations

import asyncio
import socket
import time
from pathlib import Path
from statistics import median

import pytest

from exporters.alerts.sink import AlertSink
from exporters.api.feed import AT_ONCE, Feed, Message
from exporters.api.positions import BEGINNING
from exporters.api.seats import Seats
from exporters.api.store import Store
from exporters.api.stream import TAKES_S
from tests.exporters.api.serving import Running, reading, serving, take, until
from tests.exporters.examples import alert

LONG = "x" * 2000


def stopped(api: Running) -> socket.socket:
    """A subscriber that asks for everything and takes nothing."""
    host, port = api.address.removeprefix("http://").split(":")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    connection.connect((host, int(port)))
    connection.sendall(b"GET /alerts/stream?since=0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return connection


async def delays(api: Running, sink: AlertSink, name: str) -> list[float]:
    """Seconds from a write to the event at one reader, one after the other."""
    found = []
    async with reading(api) as events:
        await take(events, 1, "heartbeat")
        for i in range(30):
            begun = time.perf_counter()
            await sink.write([alert(f"{name}-{i}")])
            await take(events, 1)
            found.append(time.perf_counter() - begun)
    return found


async def test_subscribers_that_stop_reading_slow_nobody(api: Running, sink: AlertSink) -> None:
    for start in range(0, 2000, 100):
        await sink.write([alert(f"old-{start + i}", clears=LONG) for i in range(100)])
    before = await delays(api, sink, "before")

    connections = [stopped(api) for _ in range(10)]
    await until(lambda: len(api.server.server_state.tasks) == 10)
    beside = await delays(api, sink, "beside")
    still = len(api.server.server_state.tasks)
    for connection in connections:
        connection.close()

    assert still >= 10
    # Were anybody waited for, it would be for as long as a connection may take nothing.
    assert median(beside) < 2 * median(before) + 0.1 < TAKES_S


async def test_a_subscriber_holds_one_small_batch_and_goes_on_where_it_was(url: str, sink: AlertSink) -> None:
    store = Store.connect(url)
    feed = Feed(url, store, size=50)
    running = asyncio.create_task(feed.run())
    await feed.newest(5)
    batches = feed.follow(BEGINNING, lambda event: event.body)
    first: list[Message] = await anext(batches)

    for start in range(0, 1000, 100):
        await sink.write([alert(f"a{start + i}") for i in range(100)])
    seen = [message for message in first if message.event == "alert"]
    while len(seen) < 1000:
        batch = await anext(batches)
        assert len(batch) <= AT_ONCE + 1
        seen += [message for message in batch if message.event == "alert"]

    assert [message.id for message in seen] == sorted({message.id for message in seen})
    assert len(feed._ring) <= 100
    running.cancel()
    await batches.aclose()
    await store.close()


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="the kernel can't drop it")
async def test_a_connection_that_takes_nothing_is_dropped_with_its_buffer(
    url: str, tmp_path: Path, sink: AlertSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exporters.api.server.DEAD_S", 1)
    for start in range(0, 2000, 100):
        await sink.write([alert(f"a{start + i}", clears=LONG) for i in range(100)])
    async with serving(url, tmp_path, takes_s=0.5) as api:
        connection = stopped(api)
        await until(lambda: bool(api.server.server_state.tasks))
        await until(lambda: not api.server.server_state.tasks)
        await until(lambda: not api.server.server_state.connections)
        connection.close()
        await api.get("/health")


async def test_nobody_opens_streams_without_end(api: Running) -> None:
    bea, eve = api.token("bea", "clinician", "w1"), api.token("eve", "clinician", "w1")
    api.feed.seats = Seats(each=2)
    async with reading(api, headers=eve) as first, reading(api, headers=eve) as second:
        await take(first, 1, "heartbeat")
        await take(second, 1, "heartbeat")
        thirds = [await api.client.get(f"/{kind}/stream", headers=eve) for kind in ("alerts", "wearers")]
        async with reading(api, headers=bea) as other:
            await take(other, 1, "heartbeat")
    async with reading(api, headers=eve) as again, reading(api, "/wearers/stream", headers=eve) as rows:
        await take(again, 1, "heartbeat")
        await take(rows, 1, "heartbeat")
        fourth = await api.client.get("/alerts/stream", headers=eve)

    assert [answer.status_code for answer in (*thirds, fourth)] == [503] * 3
    assert thirds[0].json()["error"].startswith("too many streams")
