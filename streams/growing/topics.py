"""Topics come, grow and go, and each is waited for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from streams.errors import UserError
from streams.wires import partition_counts

if TYPE_CHECKING:
    from kafka import KafkaAdminClient

PATIENCE_S = 30.0
LOOK_S = 0.1


def widen(admin: KafkaAdminClient, topics: Iterable[str], partitions: int) -> None:
    """Give every topic so many partitions where it has fewer."""
    wanted, counts = list(topics), partition_counts(admin)
    less = {topic: partitions for topic in wanted if counts.get(topic, 0) < partitions}
    if less:
        admin.create_partitions(less)
    _wait(admin, lambda counts: all(counts.get(topic) == partitions for topic in wanted))


def drop(admin: KafkaAdminClient, topic: str) -> None:
    """Delete a topic if it is there: no wearer's state stays behind."""
    if topic in partition_counts(admin):
        admin.delete_topics([topic])
        _wait(admin, lambda counts: topic not in counts)


def _wait(admin: KafkaAdminClient, condition: Callable[[Mapping[str, int]], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition(partition_counts(admin)):
        if time.monotonic() > deadline:
            raise UserError(
                f"the broker has not changed its topics within {PATIENCE_S:.0f} s: run this again"
            )
        time.sleep(LOOK_S)
