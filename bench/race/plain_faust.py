"""The same work as plain Faust's documentation teaches it: an agent that takes one record after the other.

`python -m bench.race.plain_faust memory|table TALLY LIVES` reads VITALSTREAM_… like the worker, and runs on.
With `table`, each record writes its wearer's state (the snapshot that the worker's pages hold) to a Faust
table, which makes it durable; with `memory` it does not, and a crash would lose it.
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

from bench.packets import PARTITIONS, Record
from bench.race.one_by_one import OneByOne
from bench.race.tally import Tally
from exporters.alerts.sink import AlertSink
from models.snapshot import dump
from streams.engine.contracts import Effects
from streams.settings import Settings

TOPICS = ("alerts", "risk", "traces", "vitals.rejected")


class Sender:
    """Sends a record's effects before the next record is scored."""

    def __init__(self, app: faust.App, settings: Settings, scorer: OneByOne) -> None:
        self._sink = AlertSink.connect(settings.redis_url.get_secret_value(), settings.stream_trim_s)
        self._topics = {name: app.topic(name, key_type=bytes, value_serializer="raw") for name in TOPICS}
        self._scorer = scorer

    async def send(self, partition: int, effects: Effects) -> None:
        """Write alerts to Valkey, everything to its topic."""
        for alert, _ in effects.alerts:
            await self._sink.write([alert])
            self._scorer.settle(partition, [alert])
        for topic, key, value, headers in self._scorer.letters(effects):
            await self._topics[topic].send(key=key, value=value, headers=dict(headers))


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


async def run(durable: bool, tally: Tally, lives: Path) -> None:
    """Read `vitals` for ever."""
    settings = Settings()
    app = build_app(settings)
    scorer = OneByOne(settings, lives)
    sender = Sender(app, settings, scorer)
    vitals = app.topic("vitals", key_type=bytes, value_type=bytes, value_serializer="raw")
    table: Any = app.Table("wearers", key_type=bytes, value_type=bytes) if durable else None

    encode = msgspec.msgpack.Encoder().encode

    async def score_vitals(stream: Any) -> None:
        async for event in stream.events():
            message = event.message
            key = bytes(message.key)
            record = Record(key, message.value, message.offset, round(message.timestamp * 1000))
            await sender.send(message.partition, scorer.score(message.partition, record))
            wearer = scorer.state(message.partition, key)
            if table is not None and wearer is not None:
                table[message.key] = encode(dump(wearer))
            tally.write(scorer.scored, scorer.read)

    app.agent(vitals, name="score")(score_vitals)
    await app.start()
    sys.stdout.write(json.dumps({"ready": True}) + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1] == "table", Tally(Path(sys.argv[2])), Path(sys.argv[3])))
