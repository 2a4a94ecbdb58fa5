"""The job in plain Faust, as its documentation teaches it: an agent, a table, a topic.

`python -m bench.faults.count_faust at_least_once|exactly_once` reads VITALSTREAM_… for its servers.
"""

from __future__ import annotations

import sys
from typing import Any

import faust
import redis.asyncio

from bench.faults.judge import EVERY, TELL, answer, output
from bench.packets import PARTITIONS
from streams.settings import Settings
from streams.stack.server import free_port


def build_app(settings: Settings, guarantee: str) -> faust.App:
    """Make the app: Faust's defaults, but for the session timeout, which is the same for every way."""
    app = faust.App(
        settings.app_id,
        broker=f"kafka://{settings.broker}",
        store="memory://",
        datadir=settings.data_dir,
        topic_partitions=PARTITIONS,
        processing_guarantee=guarantee,
        broker_session_timeout=settings.session_timeout_s,
        broker_heartbeat_interval=settings.session_timeout_s / 3,
    )
    vitals = app.topic("vitals", key_type=str, value_type=bytes, value_serializer="raw")
    outputs = app.topic("alerts", key_type=str, value_type=bytes, value_serializer="raw")
    counts: Any = app.Table("counts", default=lambda: [0, 0], partitions=PARTITIONS)
    valkey = redis.asyncio.Redis.from_url(settings.redis_url.get_secret_value())

    async def count(stream: Any) -> None:
        async for key, value in stream.items():
            number, total = counts[key]
            if value == TELL:
                await valkey.xadd("outputs", {"id": answer(key, number, total)})
                continue
            number, total = number + 1, total + int(value)
            counts[key] = [number, total]
            if number % EVERY == 0:
                told = output(key, number, total)
                await valkey.xadd("outputs", {"id": told})
                await outputs.send(key=key, value=told.encode())

    app.agent(vitals, name="count")(count)
    return app


if __name__ == "__main__":
    made = build_app(Settings(), sys.argv[1])
    sys.argv = ["faust", "worker", "--loglevel", "warn", "--web-port", str(free_port())]
    made.main()
