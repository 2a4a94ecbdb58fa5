"""Where growths are noted: a compacted topic with a record for each, the newest state of it last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from streams.backup import kafka
from streams.backup.lines import Record
from streams.engine.state.generation import Move, choose, journal
from streams.errors import UserError
from streams.malformed import MALFORMED
from streams.settings import Settings
from streams.wires import partition_counts

if TYPE_CHECKING:
    from kafka import KafkaConsumer

COMPACTED = {"cleanup.policy": "compact"}


def stored_table(settings: Settings) -> str:
    """The table that a worker of these settings keeps state in. Raises UserError: see `choose`."""
    with kafka.admin(settings) as admin:
        topics = partition_counts(admin)
    move = None
    if journal(settings.app_id) in topics:
        with kafka.consumer(settings) as client:
            move = newest(client, settings.app_id)
    return choose(settings.app_id, settings.partitions, topics, move)


def newest(client: KafkaConsumer, app_id: str) -> Move | None:
    """The growth noted last; None when there was none, or it was given up. The topic has to be there."""
    topic, found = journal(app_id), dict[bytes | None, bytes]()
    [end] = kafka.ends(client, topic, 1)
    for record in kafka.span(client, topic, 0, 0, end):
        if record.value is None:
            found.pop(record.key, None)
        else:
            found[record.key] = record.value
    return newest_of(topic, found.values())


def newest_of(topic: str, values: Iterable[bytes]) -> Move | None:
    """The newest of growths as they are kept. Raises UserError."""
    try:
        moves = [msgspec.json.decode(value, type=Move) for value in values]
    except MALFORMED:
        raise UserError(f"topic {topic} has a record that `vitalstream grow` has not written") from None
    return max(moves, key=lambda move: move.partitions, default=None)


def note(settings: Settings, partitions: int, move: Move | None) -> None:
    """Let the broker know how far a growth to so many partitions has come; None = it was given up."""
    value = None if move is None else msgspec.json.encode(move)
    key = str(partitions).encode()
    with kafka.producer(settings) as out:
        kafka.send(out, journal(settings.app_id), [Record(0, 0, None, key, value, [])])
