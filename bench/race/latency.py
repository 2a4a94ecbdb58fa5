"""How long an alert takes: from the moment its packet was handed to the producer to Valkey's entry for it."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass

import numpy as np

from bench.feed import feed
from bench.packets import Packet
from bench.process import WORKER, program
from bench.stage import Stage
from exporters.alerts.client import AlertStream, Revision
from streams.demo.children import environment
from streams.demo.figures import look
from streams.errors import UserError

WARM_UP = 0.25
"""The part of a run that does not count: a new worker makes every wearer first."""
DRAIN_S = 30.0
SETTLE_S = 1.0


@dataclass(frozen=True, slots=True)
class Latencies:
    """Milliseconds of each alert that counts, and the load they were measured at."""

    packets_per_s: float
    millis: list[int]

    def quantile(self, share: float) -> float:
        """Milliseconds that this share of alerts stayed under."""
        return float(np.quantile(self.millis, share, method="higher"))


def measure(stage: Stage, packets: list[Packet], seconds: float) -> Latencies:
    """Feed packets at an even pace to a waiting worker. Raises UserError when it can't keep up."""
    place = stage.place()
    with program(WORKER, environment(place.settings), place.folder, place.cores) as running:
        port = int(running.said()["metrics_port"])
        began = time.time()
        sent = feed(stage.broker, packets, seconds)
        took = time.time() - began
        drain(port, len(packets))
        came = asyncio.run(arrivals(place.redis_url))
    counted_from = (began + WARM_UP * took) * 1000
    pairs = [(sent[source], at) for source, at in came if source in sent]
    millis = [at - handed for handed, at in pairs if handed >= counted_from]
    if not millis:
        raise UserError("no alert to measure latency with: let the benchmark run longer")
    return Latencies(len(packets) / took, millis)


def drain(port: int, total: int) -> None:
    """Wait until the worker has read so many packets. Raises UserError when it takes too long."""
    end = time.monotonic() + DRAIN_S
    while look(port).read < total:
        if time.monotonic() > end:
            raise UserError("the worker did not keep up with a part of its own throughput")
        time.sleep(0.2)
    time.sleep(SETTLE_S)


async def arrivals(url: str) -> list[tuple[tuple[int, int], int]]:
    """Source (partition, offset) of every alert with the time (ms) of its entry in Valkey."""
    async with aclosing(AlertStream(url, follow=False).events()) as events:
        return [
            ((event.alert.source.partition, event.alert.source.offset), int(event.id.partition("-")[0]))
            async for event in events
            if isinstance(event, Revision)
        ]
