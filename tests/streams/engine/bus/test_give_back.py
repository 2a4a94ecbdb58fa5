"""Records of the changelog that were fetched while flow was suspended."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import IllegalStateError
from aiokafka.structs import TopicPartition
from faust.types import TP

from streams.engine.bus.consumer import ChunkConsumer

CHANGELOG = TP("app-state-changelog", 2)


class FakeThread:
    """Runs at once what is to run in the consumer's thread; is its consumer too."""

    def __init__(self, position: int) -> None:
        self.at: int | None = position

    async def call_thread(self, method: Any, *args: Any) -> Any:
        return await method(*args)

    def _ensure_consumer(self) -> FakeThread:
        return self

    async def position(self, _tp: TopicPartition) -> int:
        if self.at is None:
            raise IllegalStateError("not assigned")
        return self.at

    def seek(self, tp: TopicPartition, offset: int) -> None:
        assert (tp.topic, tp.partition) == CHANGELOG
        self.at = offset


@pytest.mark.parametrize(
    ("position", "then"),
    [
        (90, 10),  # as the fetch left it
        (95, 10),  # records behind the last one were compacted away
        (0, 0),  # a recovery has sought since
        (None, None),  # it has gone
    ],
)
async def test_what_was_fetched_in_vain_is_fetched_again(position: Any, then: Any) -> None:
    consumer: Any = object.__new__(type("Consumer", (ChunkConsumer,), {"chunked": frozenset({"vitals"})}))
    consumer._thread = thread = FakeThread(position)
    consumer.log = SimpleNamespace(warning=lambda *_: None)
    records = [SimpleNamespace(offset=offset) for offset in range(10, 90)]

    await consumer._give_back({CHANGELOG: records, TP("vitals", 0): records})

    assert thread.at == then
