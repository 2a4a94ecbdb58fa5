"""The packets of a benchmark: simulated once, kept in a file, the same bytes for every way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

import msgspec

from streams.engine.bus.chunks import cut
from streams.engine.configuration import CHUNK_BYTES
from streams.gateways.simulator import Rates, Simulation
from streams.growing.place import place_among

PARTITIONS = 4
RATES = Rates(episode_hours=3.0, warmup_hours=0.25, spacing_minutes=30.0)
"""Episodes come far more often than in life, so that a short run has alerts to compare and to time."""


class Packet(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One record as it will lie in Kafka; `time` is when it arrives (ms, event time)."""

    time: int
    partition: int
    key: bytes
    value: bytes
    samples: int


@dataclass(frozen=True, slots=True)
class Size:
    """How much a packet holds: so many samples of each signal, from so many seconds."""

    samples: int
    step_s: int


SIZES = (Size(1, 10), Size(10, 10), Size(60, 60))


@dataclass(slots=True)
class Record:
    """A packet as a consumer hands it over (`streams.engine.contracts.RawRecord`)."""

    key: bytes | None
    value: bytes | None
    offset: int
    timestamp: int = 0
    headers: Sequence[tuple[str, bytes]] = ()


Chunk = tuple[int, Sequence[Record]]
"""A partition and records of it."""


def simulate(size: Size, wearers: int, hours: float, seed: int = 1) -> list[Packet]:
    """Give every packet of a simulation in the order of arrival, encoded as JSON."""
    simulation = Simulation(
        seed, wearers, hours, step_s=size.step_s, samples_per_signal=size.samples, rates=RATES
    )
    encode = msgspec.json.Encoder().encode
    place = place_among(PARTITIONS)  # as gateways do: pages are numbered by crc32
    packets = []
    for timed in simulation.packets():
        key = timed.wearer.encode()
        samples = sum(len(column.values) for column in timed.packet.signals.values())
        partition = place(key)
        packets.append(Packet(timed.time, partition, key, encode(timed.packet), samples))
    return packets


def save(packets: list[Packet], path: Path) -> None:
    """Keep packets in a file."""
    path.write_bytes(msgspec.msgpack.encode(packets))


def load(path: Path) -> list[Packet]:
    """Read packets back."""
    return msgspec.msgpack.decode(path.read_bytes(), type=list[Packet])


def partitioned(packets: list[Packet]) -> list[list[Record]]:
    """Give the records of each partition with the offsets that Kafka would give them."""
    logs: list[list[Record]] = [[] for _ in range(PARTITIONS)]
    for packet in packets:
        log = logs[packet.partition]
        log.append(Record(packet.key, packet.value, len(log)))
    return logs


def chunks(logs: list[list[Record]], limit: int) -> Iterator[Chunk]:
    """Give each partition's records in chunks of the worker's size, the partitions in turn."""
    columns = ([(n, part) for part in cut(log, limit, CHUNK_BYTES)] for n, log in enumerate(logs))
    return (chunk for chunk in chain.from_iterable(zip_longest(*columns)) if chunk is not None)
