"""Reads Kafka for history: every partition, from the offsets stored beside the rows, for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from streams.logs import get_log
from streams.wires import Broker, client_options

log = get_log(__name__)

TOPICS = ("profiles", "traces", "risk", "alerts")
CLIENT = "vitalstream-history"
MOST = 2000
"""Records of one reading: what is written in one transaction."""
LINGER_S = 0.1
"""Wait between readings when few records come."""
BUSY, BUSY_S = 100, 0.4
"""From so many records in a reading on, the wait: a wearer's rows share pages, so fewer are written."""
WAIT_MS = 1000
ANSWER_S = 5.0
STOP_S = 3.0
PAUSES_S = (1.0, 2.0, 5.0, 10.0, 30.0)

Records = Mapping[TopicPartition, Sequence[Any]]
Begin = Callable[[str], Awaitable[Mapping[tuple[str, int], int]]]
"""Takes the cluster's id; gives where to read on. A partition it does not name is read from its beginning."""
Take = Callable[[Records], Awaitable[None]]


class Away(Exception):
    """Kafka has not what history is read from; the text says what to do."""


class Follower:
    """Hands every record of `TOPICS` to `take`, partition by partition in order.

    A partition is read from where `begin` says. No consumer group takes part: what was stored tells
    where to go on, so a reading that `take` did not store is read again.
    """

    def __init__(self, broker: Broker | str, begin: Begin, take: Take) -> None:
        self._broker, self._begin, self._take = broker, begin, take
        self._failures = 0
        self.up = False
        """Whether Kafka was read from without an error last."""
        self.lag = 0
        """Records that the logs held behind what was taken, as of the last reading."""

    async def run(self) -> None:
        """Follow until cancelled. An error is told in one line, and everything begins anew after a pause."""
        while True:
            try:
                await self._session()
            # Whatever it is, the board must go on.
            except Exception as error:
                self.up = False
                pause = PAUSES_S[min(self._failures, len(PAUSES_S) - 1)]
                self._failures += 1
                log.warning("history is not being read", error=_words(error), again_s=round(pause))
                await asyncio.sleep(pause)

    async def _session(self) -> None:
        cluster, partitions = await _survey(self._broker)
        offsets = await self._begin(cluster)
        async with _consumer(self._broker) as consumer:
            _assign(consumer, partitions, offsets)
            self.up, self._failures = True, 0
            reached: dict[TopicPartition, int] = {}
            while self.up:
                records = await consumer.getmany(timeout_ms=WAIT_MS, max_records=MOST)
                if records:
                    await self._take(records)
                    reached.update({tp: of[-1].offset + 1 for tp, of in records.items() if of})
                    self.lag = sum(max(0, (consumer.highwater(tp) or 0) - at) for tp, at in reached.items())
                elif not await _answers(consumer):
                    await self._outlast(consumer)
                await asyncio.sleep(_pause_s(sum(map(len, records.values()))))

    async def _outlast(self, consumer: AIOKafkaConsumer) -> None:
        """Wait until a broker answers again; the session ends then, since it may be another cluster."""
        self.up = False
        log.warning("history is not being read: Kafka does not answer; it goes on when it does")
        while True:
            await asyncio.sleep(PAUSES_S[0])
            if await _answers(consumer):
                return


async def _survey(broker: Broker | str) -> tuple[str, list[TopicPartition]]:
    """The cluster's id, and the partitions of `TOPICS`. Raises Away when one of them does not exist."""
    admin = AIOKafkaAdminClient(**client_options(broker), client_id=CLIENT)
    try:
        await admin.start()
        cluster = str((await admin.describe_cluster())["cluster_id"])
        found = {topic["topic"]: topic["partitions"] for topic in await admin.describe_topics(list(TOPICS))}
    finally:
        await admin.close()
    missing = [topic for topic in TOPICS if not found.get(topic)]
    if missing:
        raise Away(f"no topic {', '.join(missing)}: run `vitalstream topics`")
    return cluster, [
        TopicPartition(topic, number)
        for topic in TOPICS
        for number in sorted(one["partition"] for one in found[topic])
    ]


@asynccontextmanager
async def _consumer(broker: Broker | str) -> AsyncGenerator[AIOKafkaConsumer, None]:
    consumer = AIOKafkaConsumer(
        **client_options(broker),
        client_id=CLIENT,
        group_id=None,
        enable_auto_commit=False,
        # Where a stored offset is no longer in the log, the oldest record that is.
        auto_offset_reset="earliest",
    )
    try:
        await consumer.start()
        yield consumer
    finally:
        await _stop(consumer)


async def _stop(consumer: AIOKafkaConsumer) -> None:
    """Stop in bounded time, whatever state the connection is in."""
    # A task of its own: with a broker away aiokafka 0.14 raises CancelledError from within, which
    # would end whoever waits, and leaves its client open.
    stopping = asyncio.create_task(consumer.stop())
    await asyncio.wait([stopping], timeout=STOP_S)
    if not stopping.done() or stopping.cancelled() or stopping.exception():
        stopping.cancel()
        await asyncio.wait([asyncio.create_task(consumer._client.close())], timeout=STOP_S)


def _assign(
    consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition], offsets: Mapping[tuple[str, int], int]
) -> None:
    consumer.assign(partitions)
    for partition in partitions:
        # Never left to a default: without a group aiokafka would begin wherever its reset says.
        consumer.seek(partition, offsets.get((partition.topic, partition.partition), 0))


async def _answers(consumer: AIOKafkaConsumer) -> bool:
    """Whether silence means that there is nothing: a reading of brokers that are away is empty too."""
    asking = asyncio.create_task(consumer.end_offsets([min(consumer.assignment())]))
    try:
        await asyncio.wait([asking], timeout=ANSWER_S)
        return asking.done() and not asking.cancelled() and asking.exception() is None
    finally:
        asking.cancel()


def _pause_s(count: int) -> float:
    """How long to let records gather; not at all behind a full reading."""
    if count >= MOST:
        return 0.0
    return BUSY_S if count >= BUSY else LINGER_S


def _words(error: Exception) -> str:
    """What may be logged: the text of an error can quote records or paths, its class can't."""
    if isinstance(error, Away):
        return str(error)
    return f"Kafka: {type(error).__name__}" if isinstance(error, KafkaError) else type(error).__name__
