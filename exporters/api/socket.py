"""Live alerts by WebSocket: the same messages as Server-Sent Events, as {"event", "id", "data"}."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress

import msgspec
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from exporters.api.asked import problem
from exporters.api.feed import Feed, Message
from exporters.api.stream import TAKES_S, Subscription, subscription

PROTOCOL = "vitalstream"
"""The subprotocol that a reader names beside its token."""
BEARER = "bearer."


class SocketToken:
    """Middleware before access: a browser can't give a WebSocket a header, but names of subprotocols.

    `new WebSocket(url, ["vitalstream", "bearer.TOKEN"])` counts as `Authorization: Bearer TOKEN`. The token
    is taken out, so that nothing behind sees it as a name that could be answered.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "websocket":
            scope = _with_token(scope)
        await self._app(scope, receive, send)


def _with_token(scope: Scope) -> Scope:
    names: list[str] = scope.get("subprotocols", [])
    tokens = [name.removeprefix(BEARER) for name in names if name.startswith(BEARER)]
    if not tokens:
        return scope
    kept = [header for header in scope["headers"] if header[0] != b"sec-websocket-protocol"]
    given = [(b"authorization", b"Bearer " + token.encode("latin-1")) for token in tokens]
    others = [name for name in names if not name.startswith(BEARER)]
    return {**scope, "headers": [*kept, *given], "subprotocols": others}


def routes(feed: Feed, takes_s: float = TAKES_S) -> list[BaseRoute]:
    """WebSocket /alerts/socket."""

    async def socket(websocket: WebSocket) -> None:
        try:
            asked = await subscription(websocket, feed)
        except HTTPException as error:
            await websocket.send_denial_response(problem(error.status_code, error.detail))
            return
        named = PROTOCOL if PROTOCOL in websocket.scope["subprotocols"] else None
        await websocket.accept(named)
        await _serve(websocket, feed, asked, takes_s)

    return [WebSocketRoute("/alerts/socket", socket)]


async def _serve(websocket: WebSocket, feed: Feed, asked: Subscription, takes_s: float) -> None:
    """Send until the reader goes, takes nothing for too long, or the server stops."""
    with feed.seats.taken(asked.who):
        await _until_over(websocket, feed, asked, takes_s)


async def _until_over(websocket: WebSocket, feed: Feed, asked: Subscription, takes_s: float) -> None:
    sending = asyncio.create_task(_send(websocket, feed, asked, takes_s))
    leaving = asyncio.create_task(_left(websocket))
    try:
        await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (sending, leaving):
            task.cancel()
        await asyncio.wait({sending, leaving})
    if not sending.cancelled() and (error := sending.exception()) is not None:
        raise error


async def _send(websocket: WebSocket, feed: Feed, asked: Subscription, takes_s: float) -> None:
    with suppress(WebSocketDisconnect, TimeoutError):
        async with aclosing(feed.follow(asked.since, asked.view)) as batches:
            async for batch in batches:
                for message in batch:
                    async with asyncio.timeout(takes_s):
                        await websocket.send_text(_text(message))
        await websocket.close(1012, "the API restarts: connect again with since=ID")


async def _left(websocket: WebSocket) -> None:
    """Wait until the reader has gone; what it says is not listened to."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass


def _text(message: Message) -> str:
    told = {"event": message.event, "id": str(message.id), "data": msgspec.Raw(message.data)}
    return msgspec.json.encode(told).decode()
