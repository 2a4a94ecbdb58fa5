"""How records are fetched: soon, and whatever their headers are called.

Kafka wants header names in UTF-8, but no broker looks. aiokafka fails on the batch that holds another one,
again and again: one record would stop every worker that is given its partition.
"""

from __future__ import annotations

import asyncio
import logging
import struct
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords
from faust.transport.drivers import aiokafka as driver

FETCH_WAIT_MS = 20
"""A broker is asked one fetch at a time, and only for what is not buffered: Faust's wait of 1.5 s for an
empty topic lets everything else run dry."""
FETCH_LEAST_BYTES = 64 * 1024
"""A broker answers before that time has passed only when it has so much: under load, records that come one by
one would make a fetch and a chunk of a few records each, and what that costs is a quarter of the worker."""
_BATCH_HEAD: Final = struct.Struct(">qi")
"""First offset of a batch, and how many bytes follow."""


class PromptThread(driver.AIOKafkaConsumerThread):
    """Faust's thread, with a consumer that waits shortly and reads every record."""

    logger = logging.getLogger("faust.consumer")  # else mode would speak by the name of this module

    def _create_consumer(self, loop: asyncio.AbstractEventLoop) -> Any:
        fetcher.MemoryRecords = TolerantRecords  # where answers are unpacked, for all consumers
        consumer = super()._create_consumer(loop)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # read when it starts
        consumer._fetch_min_bytes = FETCH_LEAST_BYTES
        return consumer


class TolerantRecords:
    """The batches of a fetch, as aiokafka's own `MemoryRecords`."""

    def __init__(self, data: bytes) -> None:
        self._data, self._records, self._position = data, MemoryRecords(data), 0

    def size_in_bytes(self) -> int:
        """Of all batches, an incomplete last one too."""
        return int(self._records.size_in_bytes())

    def has_next(self) -> bool:
        """Whether another batch is complete."""
        return bool(self._records.has_next())

    def next_batch(self) -> _TolerantBatch:
        """The next one. Call it only after `has_next`."""
        begin = self._position
        _, length = _BATCH_HEAD.unpack_from(self._data, begin)
        self._position = begin + _BATCH_HEAD.size + length
        return _TolerantBatch(self._records.next_batch(), memoryview(self._data)[begin : self._position])


class _TolerantBatch:
    """A batch whose records are read again by `_SlowBatch` from the first that can't be read."""

    def __init__(self, batch: Any, raw: memoryview) -> None:
        self._batch, self._raw = batch, raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        done = 0
        try:
            for record in self._batch:
                yield record
                done += 1
        except UnicodeDecodeError:
            yield from islice(_SlowBatch(self._raw), done, None)


class _SlowBatch(_DefaultRecordBatchPy):  # type: ignore[misc]
    """Reads a batch in plain Python; what is no UTF-8 in a header's name is written as `\\xff`."""

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer: bytearray = _Bytes(self._buffer)


class _Bytes(bytearray):
    """Decodes what is cut from it whatever it is."""

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return _Text(found) if isinstance(index, slice) else found


class _Text(bytearray):
    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:  # noqa: ARG002
        return super().decode(encoding, "backslashreplace")
