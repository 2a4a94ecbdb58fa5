"""A server for tests: the whole application on a port of its own, and readers of its streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import msgspec

from exporters.access.access import Access
from exporters.access.limits import Limits, Rate
from exporters.access.principal import Role
from exporters.api.app import build_api
from exporters.api.feed import Feed
from exporters.api.server import ApiServer
from streams.settings import Settings

PATIENCE_S = 10.0
NOWHERE = "127.0.0.1:1"
"""A broker that is away."""
UNHURRIED = Limits(Rate(10_000, 10_000), Rate(10_000, 10_000))


class Told(NamedTuple):
    """An event of a stream."""

    event: str
    id: str
    data: Any


@dataclass
class Running:
    """A server that listens."""

    address: str
    client: httpx.AsyncClient
    server: ApiServer
    access: Access
    feed: Feed

    def token(self, name: str, role: Role, *wearers: str) -> dict[str, str]:
        """The header of somebody new."""
        grant, made = self.access.tokens.prepare(name, role, wearers, None)
        self.access.tokens.add(grant)
        return {"Authorization": f"Bearer {made}"}

    async def get(self, path: str, **more: Any) -> Any:
        """The answer to a GET, decoded; it must be 200."""
        answer = await self.client.get(path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()


@asynccontextmanager
async def serving(
    redis_url: str,
    folder: Path,
    broker: str = NOWHERE,
    anonymous: str = "answer",
    port: int = 0,
    **options: Any,
) -> AsyncIterator[Running]:
    """The API in this process; who shows no token may answer for every wearer."""
    settings = Settings(
        redis_url=redis_url, broker=broker, data_dir=folder, api_anonymous=anonymous, api_port=port
    )
    access = Access.open(settings, UNHURRIED)
    app = build_api(settings, access, **options)
    server = ApiServer(app, settings)
    task = asyncio.create_task(server.run_until_stopped())
    try:
        await asyncio.wait_for(server.listening.wait(), PATIENCE_S)
        async with httpx.AsyncClient(base_url=server.address, timeout=PATIENCE_S, trust_env=False) as client:
            yield Running(server.address, client, server, access, app.state.feed)
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
        yield events_of(answer)


async def events_of(answer: httpx.Response) -> AsyncIterator[Told]:
    """Server-Sent Events as they come."""
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


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something that nobody tells of has come true."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - uvicorn keeps no event of it
            await asyncio.sleep(0.02)
