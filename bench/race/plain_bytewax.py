"""The same work as Bytewax's documentation teaches it: a stateful operator behind its Kafka input.

`python -m bench.race.plain_bytewax TALLY LIVES` reads VITALSTREAM_… like the worker, and runs on. The key is
the partition, so that its records keep their order; snapshots are off, so a crash would lose the state.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSink, KafkaSinkMessage, KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.operators import StatefulBatchLogic
from bytewax.testing import run_main

from bench.packets import Record
from bench.race.one_by_one import BlockingSink, Letter, OneByOne
from bench.race.tally import Tally
from streams.settings import Settings

# Its types allow for errors that this source raises.
Message = Any


class Scoring(StatefulBatchLogic[Message, Letter, None]):
    """Scores the records of one partition, one after the other."""

    def __init__(self, scorer: OneByOne, sink: BlockingSink, tally: Tally) -> None:
        self._scorer, self._sink, self._tally = scorer, sink, tally

    def on_batch(self, values: list[Message]) -> tuple[Iterable[Letter], bool]:
        """The records for topics that they gave; keep the state."""
        letters: list[Letter] = []
        for message in values:
            letters += self._score(message)
        return letters, StatefulBatchLogic.RETAIN

    def snapshot(self) -> None:
        """None: snapshots are off."""

    def _score(self, message: Message) -> Iterable[Letter]:
        partition, timestamp = message.partition or 0, message.timestamp or (0, 0)
        record = Record(message.key, message.value, message.offset or 0, timestamp[1])
        effects = self._scorer.score(partition, record)
        found = [alert for alert, _ in effects.alerts]
        self._sink.write(found)
        self._scorer.settle(partition, found)
        self._tally.write(self._scorer.scored, self._scorer.read)
        return self._scorer.letters(effects)


def run(tally: Tally, lives: Path) -> None:
    """Read `vitals` for ever."""
    settings = Settings()
    scorer, sink = OneByOne(settings, lives), BlockingSink(settings)
    brokers = settings.broker.split(",")
    flow = Dataflow("plain")
    read: Any = op.input("vitals", flow, KafkaSource(brokers, ["vitals"]))
    keyed: Any = op.key_on("partition", read, lambda message: str(message.partition))
    scored = op.stateful_batch("score", keyed, lambda _: Scoring(scorer, sink, tally))
    sent = op.map("send", scored, lambda item: _message(item[1]))
    op.output("topics", sent, KafkaSink(brokers, None))
    sys.stdout.write(json.dumps({"ready": True}) + "\n")
    sys.stdout.flush()
    run_main(flow)  # type: ignore[no-untyped-call]


def _message(letter: Letter) -> Any:
    return KafkaSinkMessage(letter.key, letter.value, letter.topic, letter.headers)


if __name__ == "__main__":
    run(Tally(Path(sys.argv[1])), Path(sys.argv[2]))
