"""The job in Quix Streams, as its documentation teaches it: a stateful function over a dataframe.

`python -m bench.faults.count_quix at-least-once|exactly-once` reads VITALSTREAM_… for its servers.
"""

from __future__ import annotations

import sys
from typing import Any

import redis
from quixstreams import Application

from bench.faults.judge import EVERY, TELL, answer, output
from streams.settings import Settings


def run(settings: Settings, guarantee: Any) -> None:
    """Work until a signal: Quix's defaults, but for the session timeout, which is the same for every way."""
    app = Application(
        broker_address=settings.broker,
        consumer_group=settings.app_id,
        auto_offset_reset="earliest",
        processing_guarantee=guarantee,
        state_dir=settings.data_dir,
        consumer_extra_config={"session.timeout.ms": round(settings.session_timeout_s * 1000)},
        loglevel="WARNING",
    )
    vitals = app.topic("vitals", value_deserializer="bytes")
    outputs = app.topic("alerts", value_serializer="bytes")
    valkey = redis.Redis.from_url(settings.redis_url.get_secret_value())

    def count(value: bytes, key: bytes, _timestamp: int, _headers: Any, state: Any) -> bytes | None:
        number, total = state.get("count", 0), state.get("sum", 0)
        if value == TELL:
            valkey.xadd("outputs", {"id": answer(key.decode(), number, total)})
            return None
        number, total = number + 1, total + int(value)
        state.set("count", number)
        state.set("sum", total)
        return output(key.decode(), number, total).encode() if number % EVERY == 0 else None

    def tell(told: bytes) -> None:
        valkey.xadd("outputs", {"id": told})

    frame = app.dataframe(vitals).apply(count, stateful=True, metadata=True)
    frame = frame.filter(lambda told: told is not None)
    frame = frame.update(tell)
    frame.to_topic(outputs)
    app.run()


if __name__ == "__main__":
    run(Settings(), sys.argv[1])
