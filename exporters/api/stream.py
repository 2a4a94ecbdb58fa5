"""Live alerts as Server-Sent Events, and what they have in common with the WebSocket."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass

import msgspec
from sse_starlette.sse import EventSourceResponse, SendTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from exporters.access.gate import may, record
from exporters.access.principal import Principal, shown
from exporters.api.asked import query
from exporters.api.feed import Feed, Message, View
from exporters.api.positions import Position, position
from exporters.api.ring import Event
from exporters.api.shapes import StreamQuery, Wanted

RETRY_MS = 2000
"""After how long an EventSource connects again."""
PATIENCE_S = 3.0
"""How long a new subscriber waits for the first answer of Redis."""
TAKES_S = 30.0
"""A connection that takes nothing for so long is ended; its reader resumes by id."""


class EventStream(EventSourceResponse):
    """Server-Sent Events that are bytes already; ends when the reader takes nothing for too long."""

    def __init__(self, chunks: AsyncGenerator[bytes, None], takes_s: float = TAKES_S) -> None:
        super().__init__(chunks, ping=0, send_timeout=takes_s)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as ASGI."""
        with suppress(SendTimeoutError):  # the server closes a connection whose answer has no end
            await super().__call__(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where a subscriber begins, and what they see."""

    who: str
    since: Position
    view: View


def routes(feed: Feed, takes_s: float = TAKES_S) -> list[BaseRoute]:
    """GET /alerts/stream."""

    async def stream(request: Request) -> Response:
        asked = await subscription(request, feed)
        return EventStream(seated(feed, asked.who, _chunks(feed, asked)), takes_s)

    return [Route("/alerts/stream", stream, methods=["GET"])]


async def subscription(request: HTTPConnection, feed: Feed) -> Subscription:
    """What a request subscribes to, recorded. Raises HTTPException 403, 422 or 503."""
    wanted = query(request, StreamQuery)
    asker = may(request, "stream")
    since = await _since(request, wanted, feed)
    feed.seats.check(asker.name)  # after the wait: the seat is taken a moment later
    await record(request, "stream", wanted.wearer)
    return Subscription(asker.name, since, view_of(asker, wanted))


def view_of(principal: Principal, wanted: Wanted) -> View:
    """What a subscriber sees of an event: filters look at what is shown, not at what is hidden from them."""

    def view(event: Event) -> bytes | None:
        seen = shown(principal, event.alert)
        if seen is None or not wanted.takes(seen):
            return None
        return event.body if seen is event.alert else msgspec.json.encode(seen)

    return view


def sse(message: Message) -> bytes:
    """A message as an event of SSE; a heartbeat is a comment too, for readers that drop unknown events."""
    comment = b": heartbeat\n" if message.event == "heartbeat" else b""
    fields = (message.event.encode(), str(message.id).encode(), message.data)
    return comment + b"event: %s\nid: %s\ndata: %s\n\n" % fields


async def seated(feed: Feed, who: str, chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """The same, counted among the open streams of this person."""
    with feed.seats.taken(who):
        async with aclosing(chunks):
            async for chunk in chunks:
                yield chunk


async def _chunks(feed: Feed, asked: Subscription) -> AsyncGenerator[bytes, None]:
    yield b"retry: %d\n\n" % RETRY_MS
    async with aclosing(feed.follow(asked.since, asked.view)) as batches:
        async for batch in batches:
            yield b"".join(map(sse, batch))


async def _since(request: HTTPConnection, wanted: StreamQuery, feed: Feed) -> Position:
    """Where to go on: what a reader has seen goes before what its address says."""
    last = request.headers.get("last-event-id") or wanted.since
    if last is not None:
        try:
            return position(last)
        except ValueError as error:
            raise HTTPException(422, str(error)) from error
    newest = await feed.newest(PATIENCE_S)
    if newest is None:
        line = "Redis has not answered yet: try again in some seconds"
        raise HTTPException(503, line, {"Retry-After": "2"})
    return newest
