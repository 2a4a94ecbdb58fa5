"""The same work as plain Faust's documentation teaches it: an agent that takes one record after the other.

`python -m bench.plain_faust memory|table TALLY` reads VITALSTREAM_… like the worker, and runs on.
What is scored, and how, is the worker's own code, one record at a time; the network runs unpadded on the
windows of one record. With `table`, each record writes its wearer's state (the snapshot that
the worker's pages hold) to a Faust table, which makes it durable; with `memory` it does not,
and a crash would lose it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from pathlib import Path
from typing import Any

import faust
import msgspec

from bench.core import make_core
from bench.packets import PARTITIONS, Record
from bench.single_rows import SingleRows
from bench.tally import Tally
from exporters.alerts.sink import AlertSink
from models.snapshot import dump
from streams.engine.contracts import Effects
from streams.engine.produce import rejection_headers
from streams.engine.shard import WearerShard
from streams.settings import Settings


class Scorer:
    """Scores one record at a time and sends its effects on at once."""

    def __init__(self, app: faust.App, settings: Settings, sink: AlertSink) -> None:
        self._shards: dict[int, WearerShard] = {}
        self._make = make_core(settings, SingleRows())
        self._sink = sink
        self._alerts = app.topic("alerts", key_type=bytes, value_serializer="raw")
        self._risk = app.topic("risk", key_type=bytes, value_serializer="raw")
        self._rejected = app.topic("vitals.rejected", key_type=bytes, value_serializer="raw")
        self._encode = msgspec.json.Encoder().encode
        self.scored = 0

    async def score(self, message: Any) -> Any:
        """Score a message; gives its wearer's state, None when it has none."""
        shard = self._shards.get(message.partition)
        if shard is None:
            shard = self._shards[message.partition] = self._make(message.partition, {})
        key = bytes(message.key)
        record = Record(key, message.value, message.offset, round(message.timestamp * 1000))
        effects = shard.take([record])
        self.scored += 1
        await self._send(shard, effects)
        return shard.book.page(key).wearers.get(key.decode())

    @property
    def read(self) -> int:
        """How far the logs were read, all partitions together."""
        return sum(shard.position + 1 for shard in self._shards.values())

    async def _send(self, shard: WearerShard, effects: Effects) -> None:
        for alert, _ in effects.alerts:
            await self._sink.write([alert])
            await self._alerts.send(key=alert.wearer.encode(), value=self._encode(alert))
            shard.settle([alert])
        for risk in effects.risks:
            await self._risk.send(key=risk.wearer.encode(), value=self._encode(risk))
        for letter in effects.dead_letters:
            headers = dict(rejection_headers(letter))
            await self._rejected.send(key=letter.key, value=letter.value, headers=headers)


def build_app(settings: Settings) -> faust.App:
    """Make the app with Faust's own defaults wherever they do not keep it from running here."""
    return faust.App(
        f"plain-{uuid.uuid4().hex[:8]}",
        broker=f"kafka://{settings.broker}",
        store="memory://",
        datadir=settings.data_dir,
        topic_partitions=PARTITIONS,
        topic_disable_leader=True,
        web_enabled=False,
    )


async def run(durable: bool, tally: Tally) -> None:
    """Read `vitals` for ever."""
    settings = Settings()
    sink = AlertSink.connect(settings.redis_url.get_secret_value(), settings.stream_trim_s)
    app = build_app(settings)
    scorer = Scorer(app, settings, sink)
    vitals = app.topic("vitals", key_type=bytes, value_type=bytes, value_serializer="raw")
    table: Any = app.Table("wearers", key_type=bytes, value_type=bytes) if durable else None

    encode = msgspec.msgpack.Encoder().encode

    async def score_vitals(stream: Any) -> None:
        async for event in stream.events():
            wearer = await scorer.score(event.message)
            if table is not None and wearer is not None:
                table[event.message.key] = encode(dump(wearer))
            tally.write(scorer.scored, scorer.read)

    app.agent(vitals, name="score")(score_vitals)
    await app.start()
    sys.stdout.write(json.dumps({"ready": True}) + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1] == "table", Tally(Path(sys.argv[2]))))
