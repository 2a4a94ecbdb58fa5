"""Ten subscribers of each kind while Valkey is killed and the API restarted: all, once, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from exporters.alerts.sink import AlertSink
from streams.stack.server import free_port
from tests.exporters.api.serving import events_of, serving
from tests.exporters.examples import DAY_S, alert
from tests.exporters.test_outages import Durable

READERS = 10
WAIT_S = 60
OUTAGE = (httpx.HTTPError, WebSocketException, OSError, EOFError)


class Reader:
    """Handles events, remembers the last id, and comes again after every outage until it has seen the end."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.last = "0"
        self.seen: list[tuple[str, int]] = []
        self.gaps = 0

    @property
    def done(self) -> bool:
        return bool(self.seen) and self.seen[-1][0] == "end"

    async def run(self, connected: Callable[[Reader], Awaitable[None]]) -> list[tuple[str, int]]:
        async with asyncio.timeout(WAIT_S):
            while not self.done:
                try:
                    await connected(self)
                except OUTAGE:
                    await asyncio.sleep(0.1)
        return self.seen

    def take(self, event: str, stream_id: str, data: Any) -> None:
        self.last = stream_id
        self.gaps += event == "gap"
        if event == "alert":
            self.seen.append((data["id"], data["revision"]))


async def by_sse(reader: Reader) -> None:
    headers = {"Last-Event-ID": reader.last}
    async with (
        httpx.AsyncClient(base_url=reader.address, timeout=5, trust_env=False) as client,
        client.stream("GET", "/alerts/stream", headers=headers) as answer,
    ):
        answer.raise_for_status()
        async for told in events_of(answer):
            reader.take(*told)
            if reader.done:
                return


async def by_socket(reader: Reader) -> None:
    url = f"{reader.address.replace('http', 'ws', 1)}/alerts/socket?since={reader.last}"
    async with connect(url, proxy=None) as connection:
        async for text in connection:
            message = msgspec.json.decode(text)
            reader.take(message["event"], message["id"], message["data"])
            if reader.done:
                return


async def test_subscribers_of_each_kind_miss_nothing_over_restarts(tmp_path: Path) -> None:
    durable, port = Durable(tmp_path / "valkey"), free_port()
    durable.start()
    sink = AlertSink.connect(durable.url, trim_s=DAY_S)
    batches = [[alert(f"a{i}", revision) for i in range(40)] for revision in (1, 2, 3, 4)]
    readers = [Reader(f"http://127.0.0.1:{port}") for _ in range(2 * READERS)]
    running = [
        asyncio.create_task(reader.run(by_sse if number < READERS else by_socket))
        for number, reader in enumerate(readers)
    ]

    async with serving(durable.url, tmp_path, port=port):
        await sink.write(batches[0])
        await asyncio.to_thread(durable.kill)
        await sink.write(batches[1])
    await sink.write(batches[2])
    async with serving(durable.url, tmp_path, port=port):
        await asyncio.to_thread(durable.restart)
        await sink.write(batches[3])
        await sink.write(batches[3])  # a worker that was killed says the same again
        await sink.write([alert("end")])
        told = await asyncio.gather(*running)
    await sink.close()
    durable.stop()

    expected = [(one.id, one.revision) for batch in batches for one in batch] + [("end", 1)]
    assert all(seen == expected for seen in told)
    assert sum(reader.gaps for reader in readers) == 0
