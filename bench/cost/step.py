"""What one step of the pure core costs, and what a wearer then weighs: `python -m bench.cost.step`, as JSON.

A step takes one packet all the way (decode, admit, observe, decide, finish), networks left out: no question
is asked, no row is run. Chunks are run over and over and the fastest of each is taken, in processor seconds,
so that what else runs on the machine disturbs little.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from bench.core import make_plain
from bench.packets import PARTITIONS, Chunk, Packet, Size, chunks, partitioned, simulate
from bench.race.memory import restored_bytes
from streams.engine.scoring.shard import WearerShard

SIZES = (Size(1, 60), Size(10, 10), Size(60, 60))
"""Samples of each signal in a packet, seconds of a packet."""
CHUNK = 32
ROUNDS = 7


class StepFigures(msgspec.Struct, frozen=True):
    """Microseconds of a step by samples of a signal in a packet; bytes of a wearer with all at 1 Hz."""

    step_us: dict[int, float]
    observe_us: dict[int, float]
    """The part of it until all is observed: decoding, windows, own normal."""
    wearers: int
    hours: float
    snapshot_bytes: int
    restored_bytes: int
    """Of the objects that a recovery makes of a snapshot, without the snapshot itself."""


def measure(wearers: int = 40, hours: float = 3.0, rounds: int = ROUNDS) -> StepFigures:
    """Measure steps for each size of a packet, and bytes after packets of the largest."""
    step, observe = dict[int, float](), dict[int, float]()
    shards: list[WearerShard] = []
    _fastest(simulate(SIZES[0], wearers, 0.1), 1)  # what is loaded and made on first use is not timed
    for size in SIZES:
        packets = simulate(size, wearers, hours * size.step_s / 60)
        fastest, shards = _fastest(packets, rounds)
        observe[size.samples], step[size.samples] = (fastest / len(packets) * 1e6).round(1).tolist()
    pages = [{key: shard.encode(key) for key in shard.dirty()} for shard in shards]
    stored = sum(len(value) for of in pages for value in of.values())
    restored = restored_bytes(make_plain(), pages)
    return StepFigures(step, observe, wearers, hours, round(stored / wearers), round(restored / wearers))


def _fastest(packets: Sequence[Packet], rounds: int) -> tuple[NDArray[np.float64], list[WearerShard]]:
    """Seconds of observing and of the whole step for all packets, and the shards of the last round."""
    todo = list(chunks(partitioned(list(packets)), CHUNK))
    best, shards = np.full((len(todo), 2), np.inf), list[WearerShard]()
    for _ in range(rounds):
        make = make_plain()
        shards = [make(n, {}) for n in range(PARTITIONS)]
        gc.collect()
        best = np.minimum(best, [_timed(shards, chunk) for chunk in todo])
    return best.sum(axis=0), shards


def _timed(shards: Sequence[WearerShard], chunk: Chunk) -> tuple[float, float]:
    partition, records = chunk
    shard = shards[partition]
    began = time.process_time()
    work = shard.observe(records)
    observed = time.process_time()
    if shard.decide(work):
        shard.explain(work)
    alerts = shard.finish(work).alerts
    ended = time.process_time()
    shard.settle(alert for alert, _ in alerts)
    return observed - began, ended - began


if __name__ == "__main__":
    sys.stdout.write(msgspec.json.encode(measure()).decode() + "\n")
