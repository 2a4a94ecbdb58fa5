"""The floor: decode, observe, networks and decide over packets in memory; no Kafka, no Redis, no state kept.

`python -m bench.floor PACKETS` prints one JSON object.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

from bench.core import make_core
from bench.packets import Packet, Record, load, partitioned
from streams.engine.bus.chunks import cut
from streams.engine.configuration import CHUNK_BYTES
from streams.settings import Settings

Chunk = tuple[int, Sequence[Record]]


def chunks(logs: list[list[Record]], limit: int) -> Iterator[Chunk]:
    """Give each partition's records in chunks of the worker's size, the partitions in turn."""
    columns = ([(n, part) for part in cut(log, limit, CHUNK_BYTES)] for n, log in enumerate(logs))
    return (chunk for chunk in chain.from_iterable(zip_longest(*columns)) if chunk is not None)


def measure(packets: list[Packet]) -> dict[str, Any]:
    """Score all packets; gives their number, wall and CPU seconds, and the (id, revision) of each alert."""
    settings = Settings()
    make = make_core(settings)
    logs = partitioned(packets)
    shards = [make(n, {}) for n in range(len(logs))]
    todo = list(chunks(logs, settings.chunk_records))
    alerts: list[tuple[str, int]] = []
    gc.collect()
    gc.freeze()
    wall, cpu = time.perf_counter(), time.process_time()
    for partition, records in todo:
        shard = shards[partition]
        found = [alert for alert, _ in shard.take(records).alerts]
        alerts += ((alert.id, alert.revision) for alert in found)
        shard.settle(found)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    gc.unfreeze()
    return {"packets": len(packets), "wall": wall, "cpu": cpu, "alerts": alerts}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(load(Path(sys.argv[1])))) + "\n")
