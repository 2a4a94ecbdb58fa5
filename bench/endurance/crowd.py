"""What grows with wearers, in one process without servers: CPU seconds alone, for busy machines.

`python -m bench.endurance.crowd 1000 10000 100000` prints a JSON object for each crowd. State is built from
stored pages; then as many wearers of each crowd send the same packets; then every page that changed is
stored.
"""

from __future__ import annotations

import gc
import sys
import time
from collections import defaultdict
from itertools import zip_longest

import msgspec
import psutil

from bench.core import SECRET, make_core
from bench.lives import LATER_MS, lived, sealed_pages, turns
from bench.packets import Packet, Record
from models.snapshot import WearerSnapshot
from streams.engine.state.pages import Seal
from streams.settings import Settings

PARTITIONS = 16
PACKETS, SENDERS = 8_000, 1_000


class CrowdFigures(msgspec.Struct, frozen=True):
    """One process with so many wearers; µs are CPU."""

    wearers: int
    build_us: float
    """Of a wearer, from stored pages."""
    step_us: float
    """Of a packet of 60 samples a signal, without storing."""
    store_us: float
    """Of each wearer on a page that changed: what a checkpoint encodes."""
    memory_bytes: int
    """Resident, at the end."""


def measure(
    settings: Settings, lives: list[WearerSnapshot], sent: list[Packet], wearers: int
) -> CrowdFigures:
    """Build, take packets, store."""
    pages, make = sealed_pages(Seal(SECRET), settings.partitions, lives, wearers), make_core(settings)
    gc.collect()
    gc.freeze()
    began = time.process_time()
    shards = {number: make(number, pages.get(number, {})) for number in range(settings.partitions)}
    build = time.process_time() - began
    a_page = wearers / sum(map(len, pages.values()))
    del pages
    chunks = _chunks(sent, settings.chunk_records)
    began = time.process_time()
    for partition, records in chunks:
        alerts = shards[partition].take(records).alerts
        shards[partition].settle(alert for alert, _ in alerts)
    step = time.process_time() - began
    began = time.process_time()
    changed = [(shard, key) for shard in shards.values() for key in shard.dirty()]
    for shard, key in changed:
        shard.encode(key)
    store = time.process_time() - began
    memory = psutil.Process().memory_info().rss
    gc.unfreeze()
    build_us, step_us = build / wearers * 1e6, step / len(sent) * 1e6
    store_us = store / (a_page * len(changed)) * 1e6
    return CrowdFigures(wearers, round(build_us, 1), round(step_us, 1), round(store_us, 1), memory)


def _chunks(sent: list[Packet], size: int) -> list[tuple[int, list[Record]]]:
    """The packets of each partition in chunks, the partitions in turn."""
    logs = defaultdict[int, list[Record]](list)
    for one in sent:
        log = logs[one.partition]
        log.append(Record(one.key, one.value, len(log)))
    columns = [[(n, log[at : at + size]) for at in range(0, len(log), size)] for n, log in logs.items()]
    return [chunk for row in zip_longest(*columns) for chunk in row if chunk is not None]


def main(crowds: list[int]) -> None:
    """Print a line for each crowd."""
    settings = Settings(partitions=PARTITIONS)
    lives, later = lived(LATER_MS)
    for wearers in crowds:
        found = measure(settings, lives, list(turns(PARTITIONS, later, wearers, SENDERS, PACKETS)), wearers)
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
        sys.stdout.flush()
        gc.collect()


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [1_000, 10_000, 100_000])
