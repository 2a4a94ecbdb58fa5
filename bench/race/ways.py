"""The ways of doing the same work, each as a process of its own: what it cost and which alerts it gave."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import redis

from bench.process import WORKER, Cost, busy, follow, program
from bench.race.tally import Tally
from bench.stage import Place
from exporters.alerts.client import AlertStream
from exporters.alerts.keys import Keys
from streams.demo.children import environment
from streams.demo.figures import look

AlertSet = frozenset[tuple[str, int]]

BUILD_S = 180.0
"""A way that comes back with 100,000 wearers is ready after so long, at the latest."""
QUIET_S = 1.0
"""Valkey has everything when its stream has not grown for so long."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one way needed, and the (id, revision) of every alert that came out."""

    cost: Cost
    alerts: AlertSet
    resident: int
    """Bytes of memory at its end."""
    missed: int = 0
    """Records that it was handed and never scored."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What every way is given: files of packets and of what wearers lived before them."""

    packets: Path
    total: int
    lives: Path


def run_floor(place: Place, backlog: Backlog) -> Outcome:
    """Run over packets in memory."""
    path = place.folder / "tally"
    place.folder.mkdir(parents=True, exist_ok=True)
    tally = Tally(path)
    arguments = ["-m", "bench.race.floor", str(backlog.packets), str(path), str(backlog.lives)]
    with program(arguments, {}, place.folder, place.cores) as running:
        running.said(BUILD_S)
        cost = busy(follow(running, _either(tally), backlog.total))
        resident = running.resident()
        alerts = running.said(of="alerts")["alerts"]
    return Outcome(cost, frozenset((name, revision) for name, revision in alerts), resident)


def run_worker(place: Place, total: int) -> Outcome:
    """Run a real worker over the backlog."""
    with program(WORKER, environment(place.settings), place.folder, place.cores) as running:
        port = int(running.said(BUILD_S)["metrics_port"])
        cost = busy(follow(running, lambda: look(port).read, total))
        return Outcome(cost, _alerts(place.redis_url), running.resident())


def run_plain(place: Place, backlog: Backlog, *words: str) -> Outcome:
    """Run one of the programs that take one record after the other; its tally is its last word."""
    place.folder.mkdir(parents=True, exist_ok=True)
    path = place.folder / "tally"
    tally = Tally(path)
    arguments = ["-m", *words, str(path), str(backlog.lives)]
    with program(arguments, environment(place.settings), place.folder, place.cores) as running:
        running.said(BUILD_S)
        cost = busy(follow(running, _either(tally), backlog.total))
        alerts = _alerts(place.redis_url)
        return Outcome(cost, alerts, running.resident(), backlog.total - tally.read()[0])


def _either(tally: Tally) -> Callable[[], int]:
    """Count what was scored, or say that the logs are read to their end though some was not."""
    return lambda: tally.read()[1]


def _alerts(url: str) -> AlertSet:
    """Wait until all alerts are in Valkey, and read them."""
    with redis.Redis.from_url(url) as client:
        before = -1
        while (length := client.xlen(Keys().stream)) != before:
            before = length
            time.sleep(QUIET_S)
    return frozenset((alert.id, alert.revision) for alert in AlertStream(url, follow=False))
