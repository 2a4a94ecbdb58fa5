"""Every record of a fetch can be read, whatever its headers are called; all others as aiokafka reads them."""

from __future__ import annotations

from typing import Any

import pytest
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from aiokafka.record.memory_records import MemoryRecords

from streams.engine.bus.fetching import TolerantRecords

Headers = list[tuple[str, bytes | None]]


class Name(str):
    """The name of a header, with its own bytes on the wire."""

    wire = b"caf\xe9\xff"

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return self.wire


BAD: Headers = [("a", b"1"), (Name(), b"2"), ("b", None)]


def batch(headers: list[Headers], packed: bool = False) -> bytes:
    """A batch with a record for each list of headers."""
    builder = _DefaultRecordBatchBuilderPy(2, int(packed), 0, -1, -1, -1, 1_000_000)
    for number, own in enumerate(headers):
        assert builder.append(number, 1000 + number, b"k%d" % number, b"v\xff%d" % number, own)
    return bytes(builder.build())


def told(records: Any) -> list[tuple[Any, ...]]:
    """What is said of each record, batch by batch as the fetcher goes."""
    found = []
    while records.has_next():
        found += [(r.offset, r.timestamp, r.key, r.value, r.headers) for r in records.next_batch()]
    return found


@pytest.mark.parametrize("packed", [False, True])
def test_ordinary_batches_are_read_as_by_aiokafka(packed):
    data = batch([[], [("é", b"x")]], packed) + batch([[("b", None)]] * 3) + b"\0" * 7

    assert told(TolerantRecords(data)) == told(MemoryRecords(data))
    assert TolerantRecords(data).size_in_bytes() == MemoryRecords(data).size_in_bytes()


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("place", [0, 1, 4])
def test_a_bad_name_is_written_out_and_no_record_is_lost(packed, place):
    headers: list[Headers] = [[("c", b"3")] for _ in range(5)]
    headers[place] = BAD
    data = batch([[]] * 2) + batch(headers, packed) + batch([[]] * 2)
    with pytest.raises(UnicodeDecodeError):
        told(MemoryRecords(data))

    found = told(TolerantRecords(data))

    assert [(offset, key, value) for offset, _, key, value, _ in found] == [
        (number, b"k%d" % number, b"v\xff%d" % number) for number in (0, 1, 0, 1, 2, 3, 4, 0, 1)
    ]
    assert found[2 + place][4] == [("a", b"1"), ("caf\\xe9\\xff", b"2"), ("b", None)]
    assert found[2 + place][1] == 1000 + place


def test_what_is_asked_of_a_batch_is_answered_by_it():
    data = batch([[]] * 3)

    found = TolerantRecords(data).next_batch()

    assert found.validate_crc()
    assert (found.base_offset, found.next_offset, found.is_control_batch) == (0, 3, False)
