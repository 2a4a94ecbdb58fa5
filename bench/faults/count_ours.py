"""The job on vitalstream's engine: the worker as it is, around the counting shard that its tests use.

`python -m bench.faults.count_ours` reads VITALSTREAM_… like the worker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from bench.faults.judge import EVERY, TELL, answer
from exporters.alerts.sink import AlertSink
from exporters.metrics.worker import WorkerMetrics
from streams.engine.app import Engine
from streams.engine.contracts import RawRecord
from streams.engine.main import run
from streams.engine.watching.ends import exit_now
from streams.logs import set_up_logging
from streams.settings import Settings
from tests.streams.engine import toy

assert toy.ALERT_EVERY == EVERY, "every way is given the same job"


class CountingShard(toy.ToyShard):
    """Counts and sums by key, and tells both when asked."""

    def __init__(self, partition: int, pages: Mapping[bytes, bytes]) -> None:
        super().__init__(partition, pages)
        self._asked: list[RawRecord] = []

    def _observe(self, record: RawRecord, work: toy.Work) -> None:
        if record.value == TELL:
            self._asked.append(record)
        else:
            super()._observe(record, work)

    def decide(self, work: toy.Work) -> bool:
        """As ever; then answer who asked."""
        super().decide(work)
        asked, self._asked = self._asked, []
        for record in asked:
            key = (record.key or b"").decode()
            count, total, _ = next((p.keys[key] for p in self._pages.values() if key in p.keys), [0, 0, 0])
            told = toy.make_alert(answer(key, count, total), self.partition, record.offset)
            work.effects.alerts.append((replace(told, wearer=key), record.timestamp))
        return bool(work.effects.alerts)


class CountingFactory(toy.ToyFactory):
    """Makes them."""

    def __call__(self, partition: int, pages: Mapping[bytes, bytes]) -> CountingShard:
        """One of a partition."""
        return CountingShard(partition, pages)


async def main() -> int:
    """Work until a signal."""
    settings = Settings()
    sink = AlertSink.connect(settings.redis_url.get_secret_value(), settings.stream_trim_s)
    return await run(Engine(settings, CountingFactory(), sink, WorkerMetrics(CollectorRegistry())))


if __name__ == "__main__":
    set_up_logging("warning")
    exit_now(asyncio.run(main()))
