"""Puts packets into Kafka: all at once, or at an even pace."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kafka import KafkaProducer

from bench.garbage import no_collections
from bench.packets import Packet

TOPIC = "vitals"
PATIENCE_S = 120
SPIN_S = 0.001
"""Timers are no finer than that."""


def fill(broker: str, packets: Sequence[Packet]) -> None:
    """Produce a backlog and wait until the broker has all of it."""
    with _producer(broker, linger_ms=50) as producer:
        sent = [producer.send(TOPIC, p.value, p.key, partition=p.partition) for p in packets]
    for future in sent:
        future.get(0)


def feed(broker: str, packets: Sequence[Packet], seconds: float) -> dict[tuple[int, int], int]:
    """Produce packets evenly by their event times over so many seconds.

    Gives for each (partition, offset) the time (ms) at which it was handed to the producer.
    """
    first, last = packets[0].time, packets[-1].time
    speed = max(last - first, 1) / seconds
    with _producer(broker, linger_ms=0) as producer, no_collections():
        began = time.time()
        sent = []
        for packet in packets:
            wait = began + (packet.time - first) / speed - time.time()
            if wait > SPIN_S:
                time.sleep(wait)
            now = int(time.time() * 1000)
            future = producer.send(
                TOPIC, packet.value, packet.key, partition=packet.partition, timestamp_ms=now
            )
            sent.append((future, now))
        producer.flush(PATIENCE_S)
    return {(f.get(0).partition, f.get(0).offset): now for f, now in sent}


@contextmanager
def _producer(broker: str, linger_ms: int) -> Iterator[Any]:
    producer = KafkaProducer(
        bootstrap_servers=broker,
        acks="all",
        batch_size=256 * 1024,
        linger_ms=linger_ms,
        metrics_enabled=False,
    )
    try:
        yield producer
        producer.flush(PATIENCE_S)
    finally:
        producer.close(PATIENCE_S)
