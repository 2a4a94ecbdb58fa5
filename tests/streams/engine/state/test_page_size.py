"""A stored page stays below what Kafka takes, whatever a wearer's device sends."""

from __future__ import annotations

import msgspec

from streams.engine.scoring.shard import WearerShard
from streams.engine.state.pages import page_key, page_of
from streams.records import MSGPACK, Column, VitalsPacket
from tests.streams.engine.shards import START, Raw, maker

SIGNALS = {"hr": 60.5, "rr": 14.5, "spo2": 97.5}


def flood(seq: int, start: int, count: int) -> Raw:
    """One millisecond from sample to sample."""
    signals = {name: Column(start, [value] * count, 1) for name, value in SIGNALS.items()}
    value = msgspec.msgpack.encode(VitalsPacket("ann", "watch", seq, signals))
    return Raw(b"ann", value, seq, headers=[("content-type", MSGPACK.encode())])


def run(shard: WearerShard, records: list[Raw]) -> int:
    """Size of the wearer's page after the last record."""
    for record in records:
        shard.take([record])
    return len(shard.encode(page_key(0, page_of(b"ann"))))


def test_a_megabyte_a_packet_in_one_open_minute_does_not_outgrow_the_page():
    records = [flood(seq, START + 20 * seq, 38_000) for seq in range(12)]
    assert all(1_000_000 < len(record.value or b"") < 1_048_576 for record in records)

    shard = maker()(0, {})
    size = run(shard, records)

    assert shard.outcomes()["scored"] == 12
    assert size < 1_100_000  # Kafka takes 17 MiB
