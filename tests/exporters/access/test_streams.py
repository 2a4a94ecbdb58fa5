"""Streams through the door, over real sockets: they flow, and end when the reader's access does."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from exporters.access.access import Access
from streams.stack.server import free_port
from tests.exporters.access.door import api, bearer, token

REASON = {"reason": "unconscious in the emergency room", "minutes": 5}


class Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


@asynccontextmanager
async def served(access: Access) -> AsyncIterator[str]:
    """The API on a port of loopback, as `127.0.0.1:PORT`."""
    port = free_port()
    config = uvicorn.Config(api(access), port=port, log_config=None, timeout_graceful_shutdown=2)
    server = Server(config)
    serving = asyncio.create_task(server.serve())
    await server.listening.wait()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving


async def test_events_flow_until_the_token_is_revoked(access: Access) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    lines = []
    async with (
        served(access) as where,
        httpx.AsyncClient(timeout=20) as http,
        http.stream("GET", f"http://{where}/wearers/w1/stream", headers=bearer(made)) as answer,
    ):
        async for line in answer.aiter_lines():
            lines.append(line)
            if lines == ["data: 1"]:
                access.tokens.remove(access.tokens.find("dr-a"))

    assert (answer.status_code, lines[0]) == (200, "data: 1")


async def test_a_break_glass_makes_a_stream_come_anew(access: Access) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    async with (
        served(access) as where,
        httpx.AsyncClient(timeout=20, base_url=f"http://{where}", headers=bearer(made)) as http,
        http.stream("GET", "/wearers/w1/stream") as answer,
    ):
        await http.post("/wearers/w2/break-glass", json=REASON)
        lines = [line async for line in answer.aiter_lines()]
        again = await http.get("/wearers/w2")

    assert (lines[0], again.status_code) == ("data: 1", 200)


async def test_a_socket_is_closed_when_the_token_is_revoked(access: Access) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    async with (
        served(access) as where,
        connect(f"ws://{where}/socket/w1", additional_headers=bearer(made)) as ws,
    ):
        first = await ws.recv()
        access.tokens.remove(access.tokens.find("dr-a"))
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                await ws.recv()

    assert (first, closed.value.rcvd and closed.value.rcvd.code) == ("dr-a", 4401)


@pytest.mark.parametrize(
    ("origin", "with_token", "status"), [(None, False, 401), ("http://other.example", True, 403)]
)
async def test_a_socket_that_is_refused_says_why(
    access: Access, origin: str | None, with_token: bool, status: int
) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    headers = bearer(made) if with_token else {}
    async with served(access) as where:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"ws://{where}/socket/w1", additional_headers=headers, origin=origin):  # type: ignore[arg-type]
                pass

    assert refused.value.response.status_code == status
    assert b'"error"' in (refused.value.response.body or b"")


async def test_a_reader_who_goes_away_leaves_the_door_at_work(access: Access) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    async with served(access) as where, httpx.AsyncClient(base_url=f"http://{where}") as http:
        for _ in range(5):
            async with http.stream("GET", "/wearers/w1/stream", headers=bearer(made)) as answer:
                await anext(answer.aiter_lines())
        after = await http.get("/me", headers=bearer(made))

    assert after.status_code == 200


async def test_what_was_recorded_is_on_disk_when_the_server_has_stopped(access: Access) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    async with served(access) as where, httpx.AsyncClient(base_url=f"http://{where}") as http:
        for _ in range(20):
            await http.get("/wearers/w1", headers=bearer(made))

    verdict = access.audit.verify()
    assert (verdict.whole, verdict.rows) == (True, 20)
