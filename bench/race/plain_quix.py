"""The same work as Quix Streams' documentation teaches it: a function over the records of a dataframe.

`python -m bench.race.plain_quix TALLY LIVES` reads VITALSTREAM_… like the worker, and runs on. State is in
memory, a crash would lose it: the fastest that the library can do. Offsets are committed by its own
checkpoints.
"""

from __future__ import annotations

import json
import sys
import uuid
from pathlib import Path
from typing import Any

from quixstreams import Application, message_context

from bench.packets import Record
from bench.race.one_by_one import BlockingSink, OneByOne
from bench.race.tally import Tally
from streams.settings import Settings


def run(tally: Tally, lives: Path) -> None:
    """Read `vitals` for ever."""
    settings = Settings()
    scorer, sink = OneByOne(settings, lives), BlockingSink(settings)
    app = Application(
        broker_address=settings.broker,
        consumer_group=f"plain-{uuid.uuid4().hex[:8]}",
        auto_offset_reset="earliest",
        state_dir=settings.data_dir,
        loglevel="WARNING",
    )
    vitals = app.topic("vitals", value_deserializer="bytes")
    producer = app.get_producer()

    def score(value: bytes, key: Any, timestamp: int, _headers: Any) -> None:
        place = message_context()
        effects = scorer.score(place.partition, Record(key, value, place.offset, timestamp))
        found = [alert for alert, _ in effects.alerts]
        sink.write(found)
        scorer.settle(place.partition, found)
        for topic, letter_key, letter, headers in scorer.letters(effects):
            producer.produce(topic=topic, key=letter_key, value=letter, headers=headers)
        tally.write(scorer.scored, scorer.read)

    app.dataframe(vitals).update(score, metadata=True)
    sys.stdout.write(json.dumps({"ready": True}) + "\n")
    sys.stdout.flush()
    with producer:
        app.run()


if __name__ == "__main__":
    run(Tally(Path(sys.argv[1])), Path(sys.argv[2]))
