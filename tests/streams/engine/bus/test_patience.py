"""A broker that is away is not asked all the time."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.client import AIOKafkaClient
from aiokafka.cluster import ClusterMetadata
from aiokafka.consumer import consumer
from aiokafka.producer import producer

from streams.engine.bus import patience
from streams.engine.bus.patience import PatientClient, be_patient


@pytest.fixture(autouse=True)
def others_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (consumer, producer):
        monkeypatch.setattr(module, "AIOKafkaClient", AIOKafkaClient)


@pytest.fixture
def nobody() -> int:
    """A port on which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def asked(client: AIOKafkaClient, seconds: float) -> int:
    """How often a client that wants to know where partitions are asks in so many seconds."""
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        assert not await client._metadata_update(ClusterMetadata(), [])
        count += 1
        await asyncio.sleep(0)
    return count


async def test_it_waits_between_two_questions(nobody: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSE_S", 0.1)
    hasty = AIOKafkaClient(bootstrap_servers=f"127.0.0.1:{nobody}")
    patient = PatientClient(bootstrap_servers=f"127.0.0.1:{nobody}")

    assert await asked(patient, 0.5) <= 5
    assert await asked(hasty, 0.5) > 20, "aiokafka waits by itself now: away with ours"


async def test_consumers_and_producers_are_patient(nobody: int) -> None:
    be_patient()

    found = AIOKafkaConsumer("vitals", bootstrap_servers=f"127.0.0.1:{nobody}")

    assert isinstance(found._client, PatientClient)
    assert producer.AIOKafkaClient is PatientClient
