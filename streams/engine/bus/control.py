"""Copies profiles and feedback into `vitals`, and states the time there: one log, one order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterable, Callable, Iterable, Sequence
from typing import Any

import msgspec

from streams.engine.bus.chunks import Chunk
from streams.engine.bus.produce import JSON_HEADER, LARGEST_LETTER, Headers, Producer, confirmed, described
from streams.engine.contracts import RawRecord
from streams.engine.names import CONTROL, ID, KIND, TICK, VITALS
from streams.engine.state.epoch import Epoch
from streams.engine.state.gate import Gate
from streams.records import Tick

TICK_S = 30.0
OURS = {KIND, ID}


class ControlReader:
    """Reads the control topics; a record is acknowledged when the broker has confirmed its copy.

    A copy keeps key, value and headers, and says in `kind` and `id` what it is and where it came from:
    a copy made twice has the same `id`, and an alert hears what it was told once by the id of what was said.
    """

    def __init__(
        self,
        gate: Gate,
        producer: Callable[[], Producer],
        epoch: Epoch,
        acknowledge: Callable[[Any, int], None],
        ready: Callable[[], bool],
    ) -> None:
        self._gate, self._producer, self._epoch = gate, producer, epoch
        self._acknowledge, self._ready = acknowledge, ready

    async def read(self, stream: Any) -> None:
        """Read the agent's stream for ever, without Faust's own acknowledging."""
        events: AsyncIterable[Any] = stream.noack().events()
        async for event in events:
            await self.take(event.message.value)

    async def take(self, chunks: Sequence[Chunk]) -> None:
        """Copy the records of these chunks, of a partition each; none after a rebalance."""
        epoch = self._epoch.number
        for chunk in chunks:
            await self._take(chunk, epoch)

    async def _take(self, chunk: Chunk, epoch: int) -> None:
        tp = chunk.tp
        if epoch != self._epoch.number or not self._ready():
            return
        records = await self._gate.admit(tp, chunk.records, chunk.fetch)
        if not records or epoch != self._epoch.number:
            return
        await confirmed([await self._copy(tp, record) for record in records])
        if epoch != self._epoch.number:
            return
        self._gate.advance(tp, records[-1].offset + 1)
        self._acknowledge(tp, records[-1].offset + 1)

    async def _copy(self, tp: Any, record: RawRecord) -> asyncio.Future[object]:
        headers, value = control_headers(tp.topic, tp.partition, record), record.value
        if value is not None and len(value) > LARGEST_LETTER:
            # Larger than it may be sent, as it was compressed: the shard refuses what is empty.
            headers, value = [*headers, *described(value)], None
        return await self._producer().send(VITALS, record.key, value, tp.partition, None, headers)


def control_headers(topic: str, partition: int, record: RawRecord) -> Headers:
    """The record's headers with `kind` and `id`; a sender's own headers of these names don't count."""
    kept = [header for header in record.headers if header[0] not in OURS]
    return [*kept, (KIND, CONTROL[topic]), (ID, f"{topic}/{partition}/{record.offset}".encode())]


async def tick(producer: Callable[[], Producer], partitions: Callable[[], Iterable[int]]) -> None:
    """State the wall clock in each partition every `TICK_S` seconds, for ever."""
    while True:
        await asyncio.sleep(TICK_S)
        value = msgspec.json.encode(Tick(time=round(time.time() * 1000)))
        headers = [*JSON_HEADER, (KIND, TICK)]
        await confirmed(
            [await producer().send(VITALS, None, value, number, None, headers) for number in partitions()]
        )
