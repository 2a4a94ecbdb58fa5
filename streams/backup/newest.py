"""What a compacted topic of pages holds in the end, as a recovery finds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from streams.backup import kafka
from streams.engine.state.changelog import Changelog
from streams.engine.state.pages import stamp_of

if TYPE_CHECKING:
    from kafka import KafkaConsumer


def newest_pages(
    client: KafkaConsumer, topic: str, partition: int, end: int, moved: Callable[[int], None]
) -> dict[bytes, bytes]:
    """Of each page of a partition the one with the highest stamp; `moved` is told each record read."""
    found = Changelog(stamp_of)
    for record in kafka.span(client, topic, partition, 0, end):
        found.find(partition, record.key or b"", record.value)
        moved(1)
    return found.take(partition)
