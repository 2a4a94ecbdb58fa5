"""Nothing is left of a wearer who is to be forgotten; a packet that comes later begins anew."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.snapshot import dump
from streams.engine.scoring.shard import WearerShard
from streams.engine.state.pages import page_key, page_of
from streams.records import FORGET, Alert, Tick
from tests.streams.engine.shards import MINUTE, START, Raw, control, feed, maker, numbered, packet, raw

ANN = page_key(0, page_of(b"ann"))
FORGOTTEN = Raw(b"ann", None, headers=[("kind", b"profile"), (FORGET, b"1")])
LOW = [raw(packet(minute, spo2=[80.0] * 6)) for minute in range(12)]
WAIT = control("tick", Tick(START + 90 * MINUTE), "x")
"""Longer than a wearer may be silent."""


def told(shard: WearerShard, records: list[Raw], size: int) -> list[tuple[str, str]]:
    """Whose alert came to what, the records taken in chunks of a size; nothing waits for the sink."""
    alerts: list[Alert] = []
    for start in range(0, len(records), size):
        found = [alert for alert, _ in feed(shard, records[start : start + size]).alerts]
        shard.settle(found)
        alerts += found
    return [(alert.wearer, alert.status) for alert in alerts]


def logged(*records: Raw) -> list[Raw]:
    """Numbered, and late enough that a tick is believed."""
    return [replace(record, timestamp=START + 90 * MINUTE) for record in numbered(records)]


@pytest.mark.parametrize("size", [1, 5, 100])
def test_what_is_out_ends_and_nothing_is_left_or_told_of_a_silence(size: int) -> None:
    shard = maker()(0, {})

    found = told(shard, logged(*LOW, FORGOTTEN, WAIT), size)

    assert found[0] == ("ann", "raised")
    assert found[-1] == ("ann", "resolved")
    assert len(shard.book) == 0
    assert maker()(0, {ANN: shard.encode(ANN)}).wearers == 0


@pytest.mark.parametrize("forgotten", [True, False])
def test_a_silent_wearer_is_looked_at_no_more(forgotten: bool) -> None:
    shard = maker(clock="wall")(0, {})
    told(shard, logged(*LOW, WAIT), 100)
    later = control("tick", Tick(START + 900 * MINUTE), "x")
    sent = [FORGOTTEN, later] if forgotten else [later]

    found = [
        told(shard, [replace(record, offset=100 + number, timestamp=START + 900 * MINUTE)], 1)
        for number, record in enumerate(sent)
    ]

    assert bool(found[-1]) is not forgotten


def test_a_packet_that_comes_later_begins_anew() -> None:
    before, never = maker()(0, {}), maker()(0, {})
    again = raw(packet(20, seq=3, hr=[60.0]))

    told(before, logged(*LOW, FORGOTTEN, again), 100)
    told(never, [replace(again, offset=13, timestamp=START + 90 * MINUTE)], 1)

    [ours], [theirs] = before.book.wearers(), never.book.wearers()
    assert dump(ours) == dump(theirs)


def test_after_a_crash_it_is_forgotten_again_or_still() -> None:
    records = logged(*LOW, FORGOTTEN, raw(packet(20, hr=[60.0])))
    whole = maker()(0, {})
    told(whole, records, 100)
    for cut in (6, 12, 13):
        first = maker()(0, {})
        told(first, records[:cut], 100)
        heir = maker()(0, {ANN: first.encode(ANN), **dict([first.encode_clock()])})

        told(heir, records, 5)

        assert [dump(wearer) for wearer in heir.book.wearers()] == [dump(w) for w in whole.book.wearers()]


def test_a_profile_that_is_only_taken_back_forgets_nobody() -> None:
    shard = maker()(0, {})

    told(shard, logged(*LOW, replace(FORGOTTEN, headers=[("kind", b"profile")])), 100)

    assert shard.wearers == 1
