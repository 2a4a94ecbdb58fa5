"""How long partitions stand still, and how workers share them as their metrics tell it."""

from __future__ import annotations

import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Mapping

from prometheus_client.parser import text_string_to_metric_families

from models.snapshot import WearerSnapshot
from tests.fault.swapping import PATIENCE_S
from tests.integration.conftest import Bench
from tests.integration.test_real_core_kills import uninterrupted
from tests.streams.engine.harness import Observer, eventually

LOOK_S = 0.2
LONGEST_PAUSE_S = 15.0
"""What is allowed when workers come and go."""


class Pauses(threading.Thread):
    """Watches committed offsets: a partition stands still while it has records and none is committed."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(name="pauses", daemon=True)
        self._observer = Observer(bench.settings.broker, bench.settings.app_id)
        self._enough = threading.Event()
        self.longest: dict[int, float] = {}
        """The longest standstill of each partition, s."""

    def run(self) -> None:
        began: dict[int, float] = {}
        last = self._observer.committed()
        while not self._enough.wait(LOOK_S):
            ends, committed, now = self._observer.ends(), self._observer.committed(), time.monotonic()
            for number, (end, before, offset) in enumerate(zip(ends, last, committed, strict=True)):
                if offset != before or offset >= end:
                    began.pop(number, None)
                else:
                    stood = now - began.setdefault(number, now)
                    self.longest[number] = max(self.longest.get(number, 0.0), stood)
            last = committed
        self._observer.close()

    def end(self) -> float:
        """Stop watching; the longest standstill of any partition, s."""
        self._enough.set()
        self.join()
        return max(self.longest.values())


def let_through(bench: Bench, records: int) -> None:
    """Wait until so many records more are committed."""
    begin = sum(bench.observer.committed())
    eventually(lambda: sum(bench.observer.committed()) - begin >= records, "records go through", PATIENCE_S)


def check_exact(bench: Bench, recovered: Mapping[str, WearerSnapshot]) -> None:
    """Alerts and stored state are those of a run that nothing interrupted, each alert once."""
    states, expected = uninterrupted(bench)
    counts = Counter((alert.id, alert.revision) for alert in bench.alerts())
    assert [entry for entry, count in counts.items() if count > 1] == []
    assert counts.keys() == expected
    assert len(expected) > 10, "the run must have had something to tell"
    assert recovered == states


def figure(port: int, name: str) -> float:
    """The sum of a metric's samples at a worker's endpoint."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        families = text_string_to_metric_families(answer.read().decode())
        return sum(s.value for family in families for s in family.samples if s.name == name)


def share(port: int) -> int:
    """How many partitions a worker has, as its metrics tell."""
    return round(figure(port, "vitalstream_assigned_partitions"))
