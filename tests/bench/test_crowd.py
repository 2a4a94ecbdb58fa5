"""A crowd in one process: its state is built, goes on and is stored."""

from __future__ import annotations

from bench.core import make_plain
from bench.endurance.crowd import measure
from bench.lives import turns
from bench.packets import Record, Size, simulate
from models.snapshot import dump
from streams.settings import Settings


def test_every_figure_of_a_small_crowd_is_measured() -> None:
    packets = simulate(Size(60, 60), wearers=3, hours=0.2)
    before, later = packets[:20], packets[20:]
    shard = make_plain()(0, {})
    shard.take([Record(packet.key, packet.value, offset) for offset, packet in enumerate(before)])
    lives = [dump(wearer) for wearer in shard.book.wearers()]
    settings = Settings(partitions=4)

    found = measure(settings, lives, list(turns(4, later, 9, 9, 6)), 9)

    assert found.wearers == 9
    assert min(found.build_us, found.step_us, found.store_us) > 0
    assert found.memory_bytes > 10_000_000
