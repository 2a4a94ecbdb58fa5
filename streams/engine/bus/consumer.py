"""What rests on Faust's and, with `fetching`, aiokafka's inner names: a consumer that hands over chunks.

Faust spends about 0.1 ms on every record that it hands over one by one. This consumer hands over one
message for up to `chunk_records` fetched records: its value is a list of chunks, one for each partition
that they are of. `test_consumer_contract.py` fails when what is overridden or used here changes.

It never skips and never fills gaps in chunked topics. Faust throws away what was fetched or queued when
flow stops or a generation ends, and the next fetch can begin behind the hole: so who reads chunks accepts
only the next offset (`streams.engine.state.gate`) and seeks back. Chunked topics are committed up to what
`acknowledge` was told, and by nothing else.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Any, ClassVar

import faust
from aiokafka.errors import ConsumerStoppedError
from aiokafka.structs import TopicPartition
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from streams.engine.bus.chunks import Chunk, cut, joined
from streams.engine.bus.fetching import PromptThread


class _ReadOffsets(defaultdict[TP, "int | None"]):
    """Faust's notes of what was read last; none for chunked topics, so that nothing is skipped there."""

    def __init__(self, chunked: frozenset[str]) -> None:
        super().__init__(lambda: None)
        self._chunked = chunked

    def __getitem__(self, tp: TP) -> int | None:
        return None if tp.topic in self._chunked else super().__getitem__(tp)


class RecordConsumer(driver.Consumer):
    """Faust's consumer, with rewinds that are numbered and commits that follow `acknowledge` alone.

    Its messages of chunked topics carry one chunk of one record: Faust's own drain loop is kept.
    """

    logger = logging.getLogger("faust.consumer")
    chunked: ClassVar[frozenset[str]]
    chunk_records: ClassVar[int]
    chunk_bytes: ClassVar[int]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._read_offset = _ReadOffsets(self.chunked)
        self._rewinds: dict[TP, int] = defaultdict(int)
        self._rewinds_at_fetch: Mapping[TP, int] = {}
        self._acknowledged: dict[TP, int] = {}

    def _new_consumer_thread(self) -> driver.AIOKafkaConsumerThread:
        return PromptThread(self, loop=self.loop, beacon=self.beacon)

    def rewinds(self, tp: TP) -> int:
        """How many rewinds of a partition are finished; a chunk's `fetch`: as its fetch began."""
        return self._rewinds[tp]

    def is_expelled(self) -> bool:
        """Whether the group has said that it does not know this worker any more: others have what it had."""
        return bool(self._thread._ensure_consumer()._coordinator.generation < 0)

    async def rewind(self, tp: TP, offset: int) -> None:
        """Fetch a partition again from `offset`; chunks on their way are recognised by their number."""
        await self._thread.call_thread(self._thread._ensure_consumer().seek, _plain(tp), offset)
        self._rewinds[tp] += 1

    async def start_offset(self, tp: TP) -> int:
        """Where a partition begins for this group: the committed offset, else the log's beginning."""
        committed = await self._thread.call_thread(self._thread._ensure_consumer().committed, _plain(tp))
        if committed is not None:
            return int(committed)
        return int((await self.earliest_offsets(_plain(tp)))[_plain(tp)])

    async def end_offsets(self, tps: Iterable[TP]) -> dict[TP, int]:
        """The offsets behind the last records, asked of the broker."""
        ends = await self.highwaters(*map(_plain, tps))
        return {TP(tp.topic, tp.partition): int(end) for tp, end in ends.items()}

    def acknowledge(self, tp: TP, next_offset: int) -> None:
        """Everything below `next_offset` is done: let the next commit say so."""
        self._acknowledged[tp] = max(next_offset, self._acknowledged.get(tp, 0))
        self._acked[tp]  # partitions with an entry here are looked at when committing

    def last_commit(self, tp: TP) -> int | None:
        """The committed offset as far as this consumer knows it."""
        return self._committed_offset.get(tp)

    async def commit_acknowledged(self) -> None:
        """Commit now what was acknowledged; a commit under way is waited for and followed by one more."""
        while await self.maybe_wait_for_commit_to_finish():
            pass
        await self.commit()

    def on_buffer_full(self, tp: TP) -> None:
        """Do not pause: that was seen never to be lifted after a rebalance; a full queue blocks anyway."""

    def on_buffer_drop(self, tp: TP) -> None:
        """Nothing was paused."""

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Commits before and after know nothing of what is acknowledged by the handlers within."""
        self._acknowledged.clear()
        await super().on_partitions_revoked(revoked)
        self._acknowledged.clear()

    def _new_offset(self, tp: TP) -> int | None:
        if tp.topic in self.chunked:
            return self._acknowledged.get(tp)
        return super()._new_offset(tp)

    async def _wait_next_records(self, timeout: float) -> Any:  # noqa: ASYNC109 - Faust's name
        self._rewinds_at_fetch = dict(self._rewinds)  # finished before this fetch began
        return await super()._wait_next_records(timeout)

    def _to_message(self, tp: TP, record: Any) -> Any:
        message: Any = super()._to_message(tp, record)
        if tp.topic in self.chunked:
            message.value = [self._chunk(tp, [record])]
        return message

    def _chunk(self, tp: TP, records: list[Any]) -> Chunk:
        return Chunk(tp, records, self._rewinds_at_fetch.get(tp, 0))


class ChunkConsumer(RecordConsumer):
    """Hands chunked topics over in chunks, round-robin over partitions; others one by one as Faust does.

    Small chunks of several partitions come together: networks cost much less for each record then.
    """

    async def _drain_messages(self, fetcher: Any) -> None:
        try:
            while not (self._stopped.is_set() or fetcher._stopped.is_set()):
                await asyncio.sleep(0)
                records, active = await self._wait_next_records(1.0)
                if records is None or self.should_stop:
                    continue
                if self.flow_active:
                    await self._hand_over(records, active)
                else:
                    await self._seek_while_suspended()
                    await self._give_back(records)
        except (ConsumerStoppedError, asyncio.CancelledError):
            if not self.transport.app.should_stop:
                raise

    async def _hand_over(self, records: Mapping[TP, list[Any]], active: set[TP] | None) -> None:
        # As of now: a fetch that began before a rebalance can bring the changelog after it.
        generation = self.app.consumer_generation_id
        for row in zip_longest(*(self._parts(tp, records[tp]) for tp in records if _in(tp, active))):
            for message in self._messages([chunk for chunk in row if chunk is not None]):
                if self.app.consumer_generation_id != generation or not self.flow_active:
                    return
                await self._hand_over_message(message)

    def _messages(self, row: list[Chunk]) -> Iterator[Any]:
        """What to hand over of a row: at most one chunk of each partition."""
        for chunk in row:
            if chunk.tp.topic not in self.chunked:
                yield self._to_message(chunk.tp, chunk.records[0])
        chunked = (chunk for chunk in row if chunk.tp.topic in self.chunked)
        for together in joined(chunked, self.chunk_records, self.chunk_bytes):
            message = self._to_message(together[-1].tp, together[-1].records[-1])
            message.value = together
            yield message

    async def _hand_over_message(self, message: Any) -> None:
        tp = message.tp
        if tp.topic not in self.chunked:
            read = self._read_offset[tp]
            if read is not None and message.offset < read:
                return
            if read and message.offset - read > 1 and self.app.topics.acks_enabled_for(tp.topic):
                await self._add_gap(tp, read + 1, message.offset)
        await self.wait_first(self.callback(message), self.suspend_flow.wait())
        if not self.suspend_flow.is_set():
            self._read_offset[tp] = message.offset

    async def _seek_while_suspended(self) -> None:
        try:
            await self.perform_seek()
        except Exception as error:
            self.log.warning("seek while suspended: %s", type(error).__name__)

    async def _give_back(self, records: Mapping[TP, list[Any]]) -> None:
        """Fetch the changelog again from where it was thrown away.

        A fetch that began before a rebalance can take from where the next recovery has just sought to.
        """
        for tp, found in records.items():
            if tp.topic not in self.chunked and found:
                try:
                    await self._thread.call_thread(
                        self._unread, _plain(tp), found[0].offset, found[-1].offset
                    )
                except Exception as error:  # not ours any more: whoever gets it seeks
                    self.log.warning("give back what was fetched: %s", type(error).__name__)

    async def _unread(self, tp: TopicPartition, first: int, last: int) -> None:
        """Unless somebody has sought meanwhile, as a recovery does."""
        consumer = self._thread._ensure_consumer()
        if await consumer.position(tp) > last:
            consumer.seek(tp, first)

    def _parts(self, tp: TP, records: list[Any]) -> Iterator[Chunk]:
        limit = self.chunk_records if tp.topic in self.chunked else 1
        return (self._chunk(tp, part) for part in cut(records, limit, self.chunk_bytes))


def use_chunks(app: faust.App, topics: Iterable[str], records: int, size: int, by_record: bool) -> None:
    """Make `app` read `topics` in chunks of up to so many records and bytes, or of one record."""
    limits = {"chunked": frozenset(topics), "chunk_records": records, "chunk_bytes": size}
    consumer = type("Consumer", (RecordConsumer if by_record else ChunkConsumer,), limits)
    transport = type("Transport", (driver.Transport,), {"Consumer": consumer})
    app.transport = transport(app.conf.broker_consumer, app)


def _plain(tp: TP) -> TopicPartition:
    return TopicPartition(tp.topic, tp.partition)


def _in(tp: TP, active: set[TP] | None) -> bool:
    return active is None or tp in active
