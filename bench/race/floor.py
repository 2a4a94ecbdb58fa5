"""The floor: decode, observe, networks and decide over packets in memory; no Kafka, no Redis, no state kept.

`python -m bench.race.floor PACKETS TALLY LIVES` prints one JSON object when it begins and one at its end.
"""

from __future__ import annotations

import gc
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import stored
from bench.core import make_core
from bench.garbage import no_collections
from bench.packets import Packet, chunks, load, partitioned
from bench.race.tally import Tally
from bench.stored import Pages
from streams.settings import Settings

Told = tuple[str, int]
"""Id and revision of an alert."""


def measure(
    packets: list[Packet], begin: Callable[[], None], tell: Callable[[int], None], before: Pages
) -> list[Told]:
    """Score all packets; gives the (id, revision) of each alert. `tell` hears how many are done.

    `before` is what wearers lived already, as it is stored.
    """
    settings = Settings()
    make = make_core(settings)
    logs = partitioned(packets)
    with no_collections():
        shards = [make(n, before.get(n, {})) for n in range(len(logs))]
    del before
    todo = list(chunks(logs, settings.chunk_records))
    alerts: list[Told] = []
    done = 0
    gc.collect()
    gc.freeze()
    begin()
    for partition, records in todo:
        shard = shards[partition]
        found = [alert for alert, _ in shard.take(records).alerts]
        alerts += ((alert.id, alert.revision) for alert in found)
        shard.settle(found)
        done += len(records)
        tell(done)
    gc.unfreeze()
    return alerts


def say(**found: Any) -> None:
    """Print one JSON object."""
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    tally = Tally(Path(sys.argv[2]))
    told = measure(
        load(Path(sys.argv[1])),
        lambda: say(ready=True),
        lambda done: tally.write(done, done),
        stored.load(Path(sys.argv[3])),
    )
    say(alerts=told)
    signal.pause()  # who looks on finds it alive
