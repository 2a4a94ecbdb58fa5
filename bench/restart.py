"""How long a worker needs to come back with the state of many wearers, and how much memory it has then.

Some wearers are simulated; their state is stored under many names, as a worker stores it. Then a real worker
starts on it, with packets waiting.
"""

from __future__ import annotations

import time
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from bench.cores import running_on, share_out
from bench.packets import Packet, Record, Size, simulate
from bench.process import program
from bench.race import Tell
from bench.step import make_plain
from bench.ways import WORKER
from models.snapshot import WearerSnapshot, dump
from streams.backup import kafka
from streams.backup.lines import Record as Stored
from streams.demo.children import environment
from streams.demo.figures import look
from streams.engine.configuration import CHANGELOG
from streams.engine.names import TABLE, VITALS
from streams.engine.state.generation import changelog
from streams.engine.state.packing import Packer
from streams.engine.state.pages import RIVER, SCHEMA, PageData, Seal, page_key, page_of
from streams.errors import UserError
from streams.growing.place import place_among
from streams.keys import state_seal
from streams.settings import Settings
from streams.stack import running_stack
from streams.stack.jars import Progress

MODELS, HOURS = 200, 3.0
SIZE = Size(60, 60)
PACKETS = 2_000
"""That wait when the worker starts."""
PATIENCE_S = 600.0
LAST_MS = 120_000
"""They are of the last minutes."""
FIRST = 0
"""Offset that the stored state has seen: one record lies in each partition before the packets."""


class RestartFigures(msgspec.Struct, frozen=True):
    """Seconds from the start of the process, and bytes."""

    wearers: int
    partitions: int
    stored_bytes: int
    """Of one wearer, in the changelog."""
    ready_s: float
    """Its state is recovered and it has joined its group."""
    scored_s: float
    """All packets that waited are scored."""
    packets: int
    memory_bytes: int
    """Resident, then."""


def measure(folder: Path, wearers: int, partitions: int, tell: Tell, progress: Progress) -> RestartFigures:
    """Store, start, wait. Raises UserError when the worker does not come back."""
    cores = share_out()
    tell(f"simulating {MODELS} wearers over {HOURS:g} h")
    snapshots, later = lived(LAST_MS)
    settings = Settings(data_dir=folder / "stack", partitions=partitions, state_key=None)
    with running_on(cores.others), running_stack(settings, progress) as stack:
        found = stack.settings.model_copy(
            update={"app_id": f"bench-{uuid.uuid4().hex[:8]}", "data_dir": folder / "data", "metrics_port": 0}
        )
        tell(f"storing {wearers:,} wearers")
        stored = store(found, snapshots, wearers)
        send(found, waiting(found, later, wearers))
        tell("starting a worker")
        began = time.monotonic()
        with program(WORKER, environment(found), folder / "worker", cores) as running:
            port = int(running.said(PATIENCE_S)["metrics_port"])
            ready = time.monotonic() - began
            while (figures := look(port)).read < PACKETS:
                running.look(0)
                if time.monotonic() - began > PATIENCE_S:
                    raise UserError(f"{figures.read} of {PACKETS} packets scored: {running.last_words()}")
                time.sleep(0.2)
            scored = time.monotonic() - began
    return RestartFigures(
        wearers, partitions, round(stored / wearers), round(ready, 1), round(scored, 1), PACKETS,
        figures.memory_bytes,
    )  # fmt: skip


def lived(last_ms: int) -> tuple[list[WearerSnapshot], list[Packet]]:
    """The state of some wearers, by their keys, and their packets of so long afterwards."""
    packets = simulate(SIZE, MODELS, HOURS)
    end = packets[-1].time - last_ms
    shard = make_plain()(0, {})
    for offset, packet in enumerate(packets):
        if packet.time < end:
            effects = shard.take([Record(packet.key, packet.value, offset)])
            shard.settle(alert for alert, _ in effects.alerts)
    later = [packet for packet in packets if packet.time >= end]
    keys = sorted({packet.key for packet in packets})
    return [dump(shard.book.page(key).wearers[key.decode()]) for key in keys], later


def named_pages(
    settings: Settings, snapshots: list[WearerSnapshot], wearers: int
) -> dict[tuple[int, int], dict[str, WearerSnapshot]]:
    """The snapshots under as many names, by partition and page."""
    pages = defaultdict[tuple[int, int], dict[str, WearerSnapshot]](dict)
    for number in range(wearers):
        name = _name(number)
        key = name.encode()
        pages[_partition(key, settings), page_of(key)][name] = snapshots[number % len(snapshots)]
    return pages


def sealed_page(seal: Seal, packer: Packer, key: bytes, wearers: dict[str, WearerSnapshot]) -> bytes:
    """A page as a worker stores it."""
    packed = {name: seal.pack(packer, name, snapshot) for name, snapshot in wearers.items()}
    return seal.write_page(key, FIRST, PageData(SCHEMA, RIVER, {}, {}, []), packer, packed)


def store(settings: Settings, snapshots: list[WearerSnapshot], wearers: int) -> int:
    """Write every wearer's page to the changelog; gives their bytes."""
    seal, topic = state_seal(settings), changelog(settings.app_id, TABLE)
    with kafka.admin(settings) as admin:
        kafka.make_topic(settings, admin, topic, settings.partitions, CHANGELOG)
    pages, packer = named_pages(settings, snapshots, wearers), Packer()
    total = 0

    def sealed() -> Iterator[Stored]:
        nonlocal total
        for (partition, page), found in pages.items():
            key = page_key(partition, page)
            value = sealed_page(seal, packer, key, found)
            total += len(value)
            yield Stored(partition, 0, None, key, value, [])

    with kafka.producer(settings) as out:
        kafka.send(out, topic, sealed())
    return total


def send(settings: Settings, packets: Iterable[Stored]) -> None:
    """One record that the state has seen in each partition, then these."""
    with kafka.producer(settings) as out:
        kafka.send(out, VITALS, (_vital(number, b"seen", b"seen") for number in range(settings.partitions)))
        kafka.send(out, VITALS, packets)


def waiting(settings: Settings, later: list[Packet], wearers: int) -> Iterator[Stored]:
    """A packet of each of some wearers."""
    step = max(wearers // PACKETS, 1)
    for number, packet in zip(range(0, step * PACKETS, step), _for_ever(later), strict=False):
        yield renamed(settings, packet, number % wearers)


def renamed(settings: Settings, packet: Packet, number: int) -> Stored:
    """A packet as another wearer's."""
    name = _name(number).encode()
    return _vital(_partition(name, settings), name, packet.value.replace(packet.key, name))


def _vital(partition: int, key: bytes, value: bytes) -> Stored:
    return Stored(partition, 0, None, key, value, [])


def _for_ever(packets: list[Packet]) -> Iterator[Packet]:
    while True:
        yield from packets


def _name(number: int) -> str:
    return f"many-{number:06}"


def _partition(key: bytes, settings: Settings) -> int:
    return place_among(settings.partitions)(key)  # as gateways do; pages are numbered by crc32
