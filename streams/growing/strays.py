"""Records that went to old partitions when all was judged: their wearers begin anew there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from streams.backup import kafka
from streams.growing.place import place_among
from streams.growing.profiles import MARK

if TYPE_CHECKING:
    from kafka import KafkaConsumer


class Strays(msgspec.Struct, frozen=True):
    """How many there are."""

    records: int = 0
    wearers: int = 0


def strays(client: KafkaConsumer, ends: Mapping[str, Sequence[int]], partitions: int) -> Strays:
    """What lies behind `ends`, of each topic and old partition, and belongs elsewhere among so many now."""
    place, found = place_among(partitions), list[bytes]()
    for topic, judged in ends.items():
        for number, (start, end) in enumerate(
            zip(judged, kafka.ends(client, topic, len(judged)), strict=True)
        ):
            found += [
                record.key
                for record in kafka.span(client, topic, number, start, end)
                if record.key and place(record.key) != number and MARK not in record.headers
            ]
    return Strays(len(found), len(set(found)))
