"""What integration tests share: one real Kafka and Valkey for the session, and fresh names on them."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator

import pytest
import redis
from hypothesis import settings

from streams.settings import Settings
from streams.stack import LocalStack, running_stack

# A busy machine is slow, not wrong: no example has a deadline of its own; the whole test has one.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for the stack is an integration test."""
    for item in items:
        if "stack" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.integration)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """Kafka and Valkey with `.broker`, `.redis_url`, `.data_dir`, `.settings`; one for each xdist worker."""
    with running_stack(Settings(data_dir=tmp_path_factory.mktemp("stack"))) as running:
        yield running


@pytest.fixture(scope="session")
def _redis_databases() -> Iterator[int]:
    # Database 0 stays with whoever uses `stack.redis_url` itself; Valkey has 16.
    return itertools.cycle(range(1, 16))


@pytest.fixture
def redis_url(stack: LocalStack, _redis_databases: Iterator[int]) -> str:
    """URL of an empty database of the session's Valkey, another one for each test."""
    url = stack.redis_url.removesuffix("0") + str(next(_redis_databases))
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


@pytest.fixture
def app_id() -> str:
    """A consumer group and prefix of topics that no other test uses."""
    return f"test-{uuid.uuid4().hex[:12]}"
