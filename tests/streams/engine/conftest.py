from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.stack import LocalStack
from tests.streams.engine.harness import Crew, Observer, fresh_topics


@pytest.fixture
def crew(stack: LocalStack, redis_url: str, app_id: str, tmp_path: Path) -> Iterator[Crew]:
    """Workers of a new group on empty topics."""
    fresh_topics(stack.broker)
    settings = stack.settings.model_copy(update={"app_id": app_id})
    found = Crew(settings, tmp_path, {"VITALSTREAM_REDIS_URL": redis_url})
    yield found
    found.kill_all()


@pytest.fixture
def observer(crew: Crew) -> Iterator[Observer]:
    found = Observer(crew.settings.broker, crew.settings.app_id)
    yield found
    found.close()
