"""Live alerts by WebSocket: the same as Server-Sent Events."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from exporters.alerts.sink import AlertSink
from tests.exporters.api.serving import Running
from tests.exporters.examples import alert


def socket(api: Running, query: str = "", **more: Any) -> connect:
    return connect(api.address.replace("http", "ws", 1) + f"/alerts/socket{query}", proxy=None, **more)


async def told(connection: ClientConnection, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while len(found) < count:
        message = msgspec.json.decode(await connection.recv())
        if message["event"] == "alert":
            found.append(message)
    return found


async def test_a_socket_tells_what_happens_and_goes_on_by_id(api: Running, sink: AlertSink) -> None:
    async with socket(api, "?priority=high") as connection:
        beat = msgspec.json.decode(await connection.recv())
        await sink.write([alert("a1"), alert("a2", priority="high"), alert("a3", priority="high")])
        first, second = await told(connection, 2)
    async with socket(api, f"?since={first['id']}") as connection:
        [again] = await told(connection, 1)

    assert (beat["event"], beat["data"]["source"]) == ("heartbeat", "up")
    assert [first["data"]["id"], second["data"]["id"]] == ["a2", "a3"]
    assert again == second


@pytest.mark.parametrize("said", ["hello", b"\x00\xff"])
async def test_what_a_reader_says_is_not_listened_to(
    api: Running, sink: AlertSink, said: str | bytes
) -> None:
    async with socket(api) as connection:
        await connection.recv()
        await connection.send(said)
        await (await connection.ping())  # it has been received
        await sink.write([alert("a1")])
        [heard] = await told(connection, 1)

    assert heard["data"]["id"] == "a1"


async def test_a_browser_names_its_token_as_a_subprotocol(api: Running, sink: AlertSink) -> None:
    token = api.token("bea", "wearer", "w2")["Authorization"].removeprefix("Bearer ")
    names: Any = ["vitalstream", f"bearer.{token}"]
    async with socket(api, subprotocols=names) as connection:
        await connection.recv()
        await sink.write([alert("a1"), alert("a2", wearer="w2")])
        [own] = await told(connection, 1)

    assert connection.subprotocol == "vitalstream"
    assert own["data"]["id"] == "a2"


@pytest.mark.parametrize(
    ("query", "header", "status"),
    [
        ("?since=now", {}, 422),
        ("?colour=red", {}, 422),
        ("", {"Authorization": "Bearer vs_wrong"}, 401),
        ("", {"Origin": "https://elsewhere.example"}, 403),
    ],
)
async def test_what_is_wrong_is_said_before_a_socket_opens(
    api: Running, query: str, header: dict[str, str], status: int
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with socket(api, query, additional_headers=header):
            pass

    assert refused.value.response.status_code == status
    assert msgspec.json.decode(refused.value.response.body)["error"]


async def test_a_socket_ends_when_the_api_stops(api: Running) -> None:
    async with socket(api) as connection:
        await connection.recv()
        api.server.stop()
        await connection.wait_closed()

    assert connection.close_code in (1001, 1012)
