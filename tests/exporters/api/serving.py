"""A server for tests: the application with a principal that the test chooses, and readers of its streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import httpx
import msgspec
import uvicorn
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from exporters.access.principal import Principal
from exporters.api.app import build_api
from exporters.api.server import ApiServer
from streams.settings import Settings

PATIENCE_S = 10.0
EVERYBODY = Principal("nurse-2", "clinician", None)


class Told(NamedTuple):
    """An event of a stream."""

    event: str
    id: str
    data: Any


class As:
    """Middleware that lets everybody in as one principal."""

    def __init__(self, app: ASGIApp, principal: Principal) -> None:
        self.app, self.principal = app, principal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["principal"] = self.principal
        await self.app(scope, receive, send)


@dataclass
class Running:
    """A server that listens."""

    address: str
    client: httpx.AsyncClient
    server: uvicorn.Server

    async def get(self, path: str, **more: Any) -> Any:
        """The answer to a GET, decoded; it must be 200."""
        answer = await self.client.get(path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()


@asynccontextmanager
async def serving(
    redis_url: str, principal: Principal, port: int = 0, **options: Any
) -> AsyncIterator[Running]:
    settings = Settings(redis_url=redis_url, api_port=port)
    app = build_api(settings, [Middleware(As, principal=principal)], **options)
    server = ApiServer(app, settings)
    task = asyncio.create_task(server.run_until_stopped())
    try:
        await asyncio.wait_for(server.listening.wait(), PATIENCE_S)
        async with httpx.AsyncClient(base_url=server.address, timeout=PATIENCE_S, trust_env=False) as client:
            yield Running(server.address, client, server)
    finally:
        server.stop()
        await asyncio.wait_for(task, PATIENCE_S)


@asynccontextmanager
async def reading(
    api: Running, path: str = "/alerts/stream", **more: Any
) -> AsyncIterator[AsyncIterator[Told]]:
    """The events of a stream, as they come."""
    async with api.client.stream("GET", path, timeout=None, **more) as answer:
        assert answer.status_code == 200, await answer.aread()
        yield _events(answer)


async def _events(answer: httpx.Response) -> AsyncIterator[Told]:
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        if name:
            fields[name] = value
        elif "event" in fields:
            yield Told(fields["event"], fields["id"], msgspec.json.decode(fields["data"]))
            fields = {}


async def take(events: AsyncIterator[Told], count: int, event: str = "alert") -> list[Told]:
    """So many events of one kind."""
    found: list[Told] = []
    async with asyncio.timeout(PATIENCE_S):
        while len(found) < count:
            one = await anext(events)
            if one.event == event:
                found.append(one)
    return found
