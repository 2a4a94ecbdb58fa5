"""aiokafka asks a broker that refuses again at once, for ever: a third of a processor for each worker."""

from __future__ import annotations

import asyncio
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.consumer import consumer
from aiokafka.producer import producer

PAUSE_S = 0.25
"""Before it is asked again; so much later at most a broker that is back is found."""


class PatientClient(AIOKafkaClient):  # type: ignore[misc]
    """Waits a little when no broker told where partitions are."""

    async def _metadata_update(self, cluster_metadata: Any, topics: Any) -> bool:
        updated: bool = await super()._metadata_update(cluster_metadata, topics)
        if not updated:
            await asyncio.sleep(PAUSE_S)
        return updated


def be_patient() -> None:
    """Let all consumers and producers that are made from now on in this process be so."""
    consumer.AIOKafkaClient = producer.AIOKafkaClient = PatientClient
