"""What a wearer costs: live memory after hours of data, and bytes of its snapshot.

`python -m bench.race.memory PACKETS` prints one JSON object.
"""

from __future__ import annotations

import gc
import json
import sys
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from bench.core import make_core
from bench.packets import PARTITIONS, Chunk, Packet, chunks, load, partitioned
from streams.engine.scoring.shard import ShardMaker, WearerShard

CHUNK = 64


def measure(packets: list[Packet]) -> dict[str, Any]:
    """Score packets and give bytes per wearer: `live` by the process' growth, `restored` by allocations.

    `restored` counts exactly the objects that a recovery makes of the snapshots; `live` has everything that
    the allocator keeps around them too.
    """
    make = make_core()
    # Made before the first look, so that only wearers grow after it.
    todo = list(chunks(partitioned(packets), CHUNK))
    _score(make, todo[:1])
    gc.collect()
    before = psutil.Process().memory_info().rss
    shards = _score(make, todo)
    gc.collect()
    keys = [shard.dirty() for shard in shards]
    for shard, changed in zip(shards, keys, strict=True):
        for key in changed:
            shard.encode(key)  # a worker keeps of each wearer what was stored last
    grown = psutil.Process().memory_info().rss - before
    wearers = sum(shard.wearers for shard in shards)
    pages = [{key: shard.encode(key) for key in changed} for shard, changed in zip(shards, keys, strict=True)]
    stored = sum(len(value) for of in pages for value in of.values())
    return {
        "wearers": wearers,
        "live_bytes": round(grown / wearers),
        "restored_bytes": round(restored_bytes(make, pages) / wearers),
        "snapshot_bytes": round(stored / wearers),
    }


def _score(make: ShardMaker, todo: Sequence[Chunk]) -> list[WearerShard]:
    shards = [make(n, {}) for n in range(PARTITIONS)]
    for partition, records in todo:
        shard = shards[partition]
        shard.settle(alert for alert, _ in shard.take(records).alerts)
    return shards


def restored_bytes(make: ShardMaker, pages: list[dict[bytes, bytes]]) -> int:
    """Bytes of the objects that a recovery makes of the partitions' pages, with what it keeps of these."""
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    kept = [make(n, stored) for n, stored in enumerate(pages)]
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) if kept else 0


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(load(Path(sys.argv[1])))) + "\n")
