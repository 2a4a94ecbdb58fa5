"""Where Kafka's default partitioner puts a key: what every gateway here does, and Java's client too."""

from __future__ import annotations

from streams.growing.regroup import Place

POSITIVE = 0x7FFF_FFFF


def place_among(partitions: int) -> Place:
    """The partition of each key among so many."""
    from kafka.partitioner.default import murmur2

    def place(key: bytes) -> int:
        return int((murmur2(key) & POSITIVE) % partitions)

    return place
