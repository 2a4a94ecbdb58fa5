"""One connection through the door: what comes in is not lost, and an end reaches who waits."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.types import Message

from exporters.access.connection import Connection

SCOPE: dict[str, Any] = {"type": "http", "method": "GET", "path": "/", "headers": []}


class Client:
    """Sends what it is told to, and keeps what it gets."""

    def __init__(self) -> None:
        self.coming: asyncio.Queue[Message] = asyncio.Queue()
        self.got: list[Message] = []

    async def receive(self) -> Message:
        return await self.coming.get()

    async def send(self, message: Message) -> None:
        self.got.append(message)


def through(client: Client) -> Connection:
    return Connection(SCOPE, client.receive, client.send, tls=False, data=True)


async def test_what_comes_in_while_nobody_waits_any_more_is_not_lost() -> None:
    client = Client()
    connection = through(client)
    waiting = asyncio.ensure_future(connection.receive())
    await asyncio.sleep(0)
    waiting.cancel()
    await client.coming.put({"type": "http.request", "body": b"late"})

    assert (await connection.receive())["body"] == b"late"
    connection.close()


async def test_a_route_can_ask_whether_its_client_has_gone() -> None:
    client = Client()
    connection = through(client)
    request = Request(SCOPE, connection.receive)
    before = await request.is_disconnected()
    await client.coming.put({"type": "http.disconnect"})
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert (before, await request.is_disconnected()) == (False, True)
    connection.close()


async def test_a_flood_of_answers_is_passed_on_as_it_is() -> None:
    client = Client()
    connection = through(client)
    await connection.send({"type": "http.response.start", "status": 200, "headers": []})
    for number in range(100):
        await connection.send(
            {"type": "http.response.body", "body": b"%d" % number, "more_body": number < 99}
        )

    assert [message["body"] for message in client.got[1:]] == [b"%d" % number for number in range(100)]
