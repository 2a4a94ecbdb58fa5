"""A worker on the toy shard, as a process of its own: `python -m tests.streams.engine.toy_worker [FILE]`."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry

from exporters.alerts.sink import AlertSink
from exporters.metrics.worker import WorkerMetrics
from streams.engine.app import Engine
from streams.engine.main import run
from streams.engine.watching.ends import exit_now
from streams.logs import set_up_logging
from streams.records import Alert
from streams.settings import Settings
from tests.streams.engine.toy import ToyFactory, TroubledFactory


class FileSink:
    """Appends a line for each alert."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", buffering=1)

    async def write(self, alerts: Sequence[Alert]) -> None:
        self._file.write("".join(f"{alert.id}\n" for alert in alerts))


async def main(alerts_file: str | None) -> int:
    settings = Settings()
    sink = (
        FileSink(Path(alerts_file))
        if alerts_file
        else AlertSink.connect(settings.redis_url.get_secret_value(), 3600)
    )
    pause, break_at = float(os.environ.get("TOY_PAUSE_S", "0")), os.environ.get("TOY_BREAK_AT", "")
    factory = TroubledFactory(pause, break_at.encode()) if pause or break_at else ToyFactory()
    metrics = WorkerMetrics(CollectorRegistry())
    return await run(Engine(settings, factory, sink, metrics), lambda: say("ready"))


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    set_up_logging(Settings().log_level)
    for name in os.environ.get("TOY_LOUD", "").split():
        logging.getLogger(name).setLevel(logging.INFO)
    exit_now(asyncio.run(main(*sys.argv[1:2] or [None])))
