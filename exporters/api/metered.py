"""Counts what the API is asked, by the template of the route; an address names wearers and is never kept."""

from __future__ import annotations

import time
from typing import Any

from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exporters.metrics.api_part import UNKNOWN_ROUTE, ApiMetrics

SWITCHED = 101


class Metered:
    """Middleware around all others, so that what they refuse counts too."""

    def __init__(self, app: ASGIApp, metrics: ApiMetrics) -> None:
        self._app, self._metrics = app, metrics
        self._templates: dict[int, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        answer = _Answer(self, scope, send)
        began = time.perf_counter()
        try:
            await self._app(scope, receive, answer.send)
        finally:
            answer.close(time.perf_counter() - began)

    def template(self, scope: Scope) -> str:
        """The template of the route that serves a connection; `unknown` where none does."""
        if not self._templates:
            self._templates = {id(_served(route)): route.path for route in scope["app"].routes}
        return self._templates.get(id(scope.get("endpoint")), UNKNOWN_ROUTE)

    def opened(self, route: str) -> None:
        """A stream has begun."""
        self._metrics.streams.labels(route).inc()

    def ended(self, scope: Scope, status: int, seconds: float, stream: str | None) -> None:
        """A connection is over; `stream` is its route if it was one."""
        if stream is not None:
            self._metrics.streams.labels(stream).dec()
        method = scope.get("method", "WEBSOCKET")
        self._metrics.request(method, self.template(scope), status, seconds if stream is None else None)


class _Answer:
    """What is answered to one connection: its status, and whether it is a live stream."""

    def __init__(self, metered: Metered, scope: Scope, send: Send) -> None:
        self._metered, self._scope, self._send = metered, scope, send
        self._status = 500
        self._stream: str | None = None

    async def send(self, message: Message) -> None:
        kind = message["type"]
        if kind in ("http.response.start", "websocket.http.response.start"):
            self._status = message["status"]
            if _is_events(message):
                self._open()
        elif kind == "websocket.accept":
            self._status = SWITCHED
            self._open()
        elif kind == "websocket.close" and self._stream is None:
            self._status = 403  # what a server makes of a refusal before it accepted
        await self._send(message)

    def close(self, seconds: float) -> None:
        self._metered.ended(self._scope, self._status, seconds, self._stream)

    def _open(self) -> None:
        self._stream = self._metered.template(self._scope)
        self._metered.opened(self._stream)


def _is_events(message: Message) -> bool:
    headers: list[tuple[bytes, bytes]] = message.get("headers", [])
    return any(name == b"content-type" and value.startswith(b"text/event-stream") for name, value in headers)


def _served(route: Any) -> object:
    """What the router names as the endpoint when this route serves."""
    return route.app if isinstance(route, Mount) else route.endpoint
