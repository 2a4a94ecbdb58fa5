"""The worker's own scoring, one record at a time: what one would write around any library of streams.

Decoding, models, rules, alert ids and topics are vitalstream's; the networks run unpadded on the windows of
one record. Each record's effects are sent before the next record is scored.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from bench.core import make_core
from bench.garbage import no_collections
from bench.packets import Record
from bench.single_rows import SingleRows
from bench.stored import load
from exporters.alerts.sink import AlertSink
from streams.engine.bus.produce import rejection_headers
from streams.engine.contracts import Effects
from streams.engine.scoring.shard import WearerShard
from streams.records import Alert
from streams.settings import Settings

Headers = list[tuple[str, bytes]]


class Letter(NamedTuple):
    """A record for a topic."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers


class OneByOne:
    """Scores one record at a time, with the state of every partition in memory."""

    def __init__(self, settings: Settings, lives: Path) -> None:
        """`lives` is a file of what wearers lived already."""
        self._make = make_core(settings, SingleRows())
        with no_collections():
            self._shards = {
                partition: self._make(partition, pages) for partition, pages in load(lives).items()
            }
        gc.collect()  # or the first collection that is measured would look at all of it
        self._encode = msgspec.json.Encoder().encode
        self.scored = 0

    def score(self, partition: int, record: Record) -> Effects:
        """What the record asks the outside to do."""
        self.scored += 1
        return self._shard(partition).take([record])

    def settle(self, partition: int, alerts: list[Alert]) -> None:
        """Note that Valkey has taken them."""
        self._shard(partition).settle(alerts)

    def state(self, partition: int, key: bytes) -> Any:
        """The wearer's state, None when there is none."""
        return self._shard(partition).book.page(key).wearers.get(key.decode())

    def letters(self, effects: Effects) -> Iterator[Letter]:
        """The records that the effects put into topics."""
        for alert, _ in effects.alerts:
            yield Letter("alerts", alert.wearer.encode(), self._encode(alert), [])
        for risk in effects.risks:
            yield Letter("risk", risk.wearer.encode(), self._encode(risk), [])
        for trace in effects.traces:
            yield Letter("traces", trace.wearer.encode(), self._encode(trace), [])
        for letter in effects.dead_letters:
            yield Letter("vitals.rejected", letter.key, letter.value, rejection_headers(letter))

    @property
    def read(self) -> int:
        """How far the logs were read, all partitions together."""
        return sum(shard.position + 1 for shard in self._shards.values())

    def _shard(self, partition: int) -> WearerShard:
        shard = self._shards.get(partition)
        if shard is None:
            shard = self._shards[partition] = self._make(partition, {})
        return shard


class BlockingSink:
    """The product's sink for programs that have no event loop: a write returns when Valkey has answered."""

    def __init__(self, settings: Settings) -> None:
        self._runner = asyncio.Runner()
        self._sink = AlertSink.connect(settings.redis_url.get_secret_value(), settings.stream_trim_s)

    def write(self, alerts: list[Alert]) -> None:
        """Write alerts one by one, as they are found."""
        for alert in alerts:
            self._runner.run(self._sink.write([alert]))
