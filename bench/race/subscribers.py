"""How long an alert takes to those who follow it by SSE, beside its way into Valkey."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import msgspec
import numpy as np

from bench import packets
from bench.cores import Cores, share_out
from bench.feed import feed, fill
from bench.packets import Packet, Size
from bench.process import WORKER, Tell, program
from bench.race import latency
from bench.race.ways import run_worker
from bench.stage import Stage, stage
from streams.demo.children import environment
from streams.errors import UserError
from streams.records import Alert
from streams.stack.jars import Progress

API = (*WORKER[:2], "api", "--json")
SIZE, WEARERS = Size(10, 10), 50
BACKLOG_HOURS = 1.0
LOAD = 0.5

Offset = tuple[int, int]
"""Partition and offset of a packet."""
Arrival = tuple[Offset, int]
"""The packet behind an alert, and when (ms) the alert came."""


class Reached(msgspec.Struct, frozen=True):
    """Milliseconds from the producer's hand, over all alerts that count."""

    p50: float
    p99: float
    p999: float
    count: int

    @classmethod
    def of(cls, came: list[Arrival], sent: dict[Offset, int], counted_from: float) -> Reached:
        """Quantiles over what was handed over from `counted_from` (ms) on. Raises UserError without any."""
        millis = [at - sent[source] for source, at in came if sent.get(source, 0) >= counted_from]
        if not millis:
            raise UserError("no alert to measure latency with: let the benchmark run longer")
        p50, p99, p999 = np.quantile(millis, (0.5, 0.99, 0.999), method="higher")
        return cls(float(p50), float(p99), float(p999), len(millis))


class Figures(msgspec.Struct, frozen=True):
    """What was measured at half of the worker's own throughput."""

    packets_per_s: float
    subscribers: int
    valkey_ms: Reached
    sse_ms: Reached


@dataclass(slots=True)
class Reader:
    """One subscriber by SSE, and when (ms) each event came."""

    came: list[Arrival] = field(default_factory=list)

    async def read(self, address: str) -> None:
        """Read for ever."""
        decode = msgspec.json.Decoder(Alert).decode
        async with (
            httpx.AsyncClient(base_url=address, timeout=None) as client,
            client.stream("GET", "/alerts/stream", params={"since": "0"}) as answer,
        ):
            event = ""
            async for line in answer.aiter_lines():
                if line.startswith("event: "):
                    event = line[7:]
                elif line.startswith("data: ") and event == "alert":
                    source = decode(line[6:]).source
                    self.came.append(((source.partition, source.offset), int(time.time() * 1000)))


def measure(folder: Path, seconds: float, subscribers: int, tell: Tell, progress: Progress) -> Figures:
    """Measure on real servers: a worker on its own processor, the API and its readers on the others."""
    cores = share_out()
    with stage(folder / "race", cores, progress) as servers:
        tell("throughput of the worker")
        backlog = packets.simulate(SIZE, WEARERS, BACKLOG_HOURS)
        fill(servers.broker, backlog)
        cost = run_worker(servers.place(), len(backlog)).cost
    rate = LOAD * cost.packets / cost.wall
    steady = packets.simulate(SIZE, WEARERS, rate * seconds * SIZE.step_s / WEARERS / 3600, seed=2)
    tell(f"{subscribers} subscribers at {rate:,.0f} packets/s")
    with stage(folder / "steady", cores, progress) as servers:
        return _steady(servers, steady, rate, subscribers)


def _steady(stage: Stage, steady: list[Packet], rate: float, subscribers: int) -> Figures:
    place = stage.place()
    environ = environment(place.settings) | {"VITALSTREAM_API_ANONYMOUS": "read"}
    beside = Cores(place.cores.others, place.cores.others)
    with (
        program(WORKER, environ, place.folder, place.cores) as worker,
        program(API, environ, place.folder / "api", beside) as api,
    ):
        port, address = int(worker.said()["metrics_port"]), str(api.said()["address"])
        readers = [Reader() for _ in range(subscribers)]
        began = time.time()
        sent = asyncio.run(_read_while(readers, address, stage.broker, steady, rate, port))
        stored = asyncio.run(latency.arrivals(place.redis_url))
    counted_from = (began + latency.WARM_UP * len(steady) / rate) * 1000
    told = [pair for reader in readers for pair in reader.came]
    return Figures(
        rate, subscribers, Reached.of(stored, sent, counted_from), Reached.of(told, sent, counted_from)
    )


async def _read_while(
    readers: list[Reader], address: str, broker: str, steady: list[Packet], rate: float, port: int
) -> dict[Offset, int]:
    """Let readers read while packets are fed and drained; gives when each packet was handed over."""
    reading = [asyncio.create_task(reader.read(address)) for reader in readers]
    try:
        sent = await asyncio.to_thread(feed, broker, steady, len(steady) / rate)
        await asyncio.to_thread(latency.drain, port, len(steady))
    finally:
        for task in reading:
            task.cancel()
        ended = await asyncio.gather(*reading, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise UserError(f"a subscriber's connection ended: {type(error).__name__}") from error
    return sent
