"""Lives under many names: who sends, whose state it continues, and what a shard restores of it."""

from __future__ import annotations

import pytest

from bench.core import SECRET, make_core
from bench.lives import NOTHING_YET, lived_by, sealed_pages, turns
from bench.packets import Packet, Size, simulate
from streams.engine.state.pages import Seal
from streams.errors import UserError
from streams.growing.place import place_among


def packet(key: bytes, number: int) -> Packet:
    return Packet(number, 0, key, b'{"wearer":"%s","sequence":%d}' % (key, number), 60)


def test_every_wearer_sends_before_one_sends_again() -> None:
    later = [packet(b"sim-a", 1), packet(b"sim-b", 1), packet(b"sim-a", 2), packet(b"sim-b", 2)]

    found = [record.value for record in turns(4, later, 3, 3, 4)]

    assert found == [
        b'{"wearer":"many-000000","sequence":1}',
        b'{"wearer":"many-000001","sequence":1}',
        b'{"wearer":"many-000002","sequence":1}',
        b'{"wearer":"many-000000","sequence":2}',
    ]


def test_of_every_crowd_as_many_wearers_send_each_continuing_its_own_life() -> None:
    later = [packet(b"sim-%d" % model, turn) for turn in (1, 2) for model in range(4)]

    small, large = (list(turns(4, later, crowd, 1_000, 2_000)) for crowd in (1_000, 100_000))

    of = [int(record.key.removeprefix(b"many-")) for record in large]
    assert [record.value[-2:] for record in small] == [record.value[-2:] for record in large]
    assert len(set(of)) == len({record.key for record in small}) == 1_000
    assert [number % 4 for number in of[:1_000]] == [sender % 4 for sender in range(1_000)]
    assert max(of) > 99_000


def test_too_few_packets_are_told() -> None:
    with pytest.raises(UserError, match="only 2 packets for 2 wearers"):
        list(turns(4, [packet(b"sim-a", 1)], 2, 2, 3))


def test_stored_lives_are_restored_under_their_new_names() -> None:
    lives, _ = lived_by(simulate(Size(60, 60), wearers=3, hours=0.3), 60_000)

    pages = sealed_pages(Seal(SECRET), 4, lives, 50)

    shards = [make_core()(number, pages.get(number, {})) for number in range(4)]
    named = {wearer.name: shard.partition for shard in shards for wearer in shard.book.wearers()}
    assert named == {name: place_among(4)(name.encode()) for name in (f"many-{n:06}" for n in range(50))}
    assert all(shard.book.page(name.encode()).guard == NOTHING_YET for shard in shards for name in named)
