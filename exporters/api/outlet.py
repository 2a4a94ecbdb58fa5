"""What people say, on its way to Kafka: the topic `feedback`, key = wearer."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from streams.records import Feedback
from streams.wires import Broker, client_options

TOPIC = "feedback"
TIMEOUT_S = 5.0


class BrokerUnavailable(Exception):
    """Kafka has not taken a record in time; it may be sent again."""

    def __init__(self) -> None:
        super().__init__("Kafka has not taken this: it is not available")


class Outlet:
    """A producer that connects when it is first needed, and again after the broker was away.

    A wearer's records go to the partition that every other producer here chooses (murmur2 of the key).
    """

    def __init__(self, broker: Broker | str, timeout_s: float = TIMEOUT_S) -> None:
        self._broker = broker
        self._timeout_s = timeout_s
        self._producer: AIOKafkaProducer | None = None
        self._one = asyncio.Lock()

    async def send(self, feedback: Feedback) -> None:
        """Hand a record to all replicas. Raises BrokerUnavailable within the time limit."""
        key, value = feedback.wearer.encode(), msgspec.json.encode(feedback)
        try:
            async with asyncio.timeout(self._timeout_s):
                await (await self._connected()).send_and_wait(TOPIC, value, key)
        except (KafkaError, OSError) as error:  # a TimeoutError is an OSError
            raise BrokerUnavailable from error

    async def ready(self) -> bool:
        """Whether the broker is there now and has the topic."""
        try:
            async with asyncio.timeout(self._timeout_s):
                producer = await self._connected()
                # What the producer knows of the topic it goes on knowing without a broker: ask again.
                known = bool(await producer.partitions_for(TOPIC))
                return known and bool(await producer.client.force_metadata_update())
        except (KafkaError, OSError):
            return False

    async def close(self) -> None:
        """Close the connections; nothing waits to be sent."""
        if self._producer is not None:
            await _stopped(self._producer)

    async def _connected(self) -> AIOKafkaProducer:
        async with self._one:
            if self._producer is None:
                self._producer = await self._connect()
            return self._producer

    async def _connect(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            **client_options(self._broker),
            client_id="vitalstream-api",
            acks="all",
            # A record that was not taken by then is given up: who said it was told so.
            request_timeout_ms=int(self._timeout_s * 800),
        )
        try:
            await producer.start()
        except BaseException:
            await _stopped(producer)
            raise
        return producer


async def _stopped(producer: AIOKafkaProducer) -> None:
    with suppress(KafkaError, OSError):
        async with asyncio.timeout(1):
            await producer.stop()
