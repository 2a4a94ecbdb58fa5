"""What tampers make of packets."""

from __future__ import annotations

import random
from collections import Counter

import msgspec

from streams.chaos.load import straight
from streams.chaos.on_data import Clocks, Messy, Poison
from streams.gateways.simulator import Simulation
from streams.records import VitalsPacket

PACKETS = [timed.packet for timed in Simulation(seed=3, wearers=5, hours=3.0).packets()]
SENT = [raw for packet in PACKETS for raw in straight(packet)]


def test_messy_packets_come_twice_and_out_of_order_but_none_is_left_out() -> None:
    messy = Messy(random.Random(1))

    came = [raw for packet in PACKETS for raw in messy(packet)] + list(messy.rest())

    assert set(came) == set(SENT)
    assert max(Counter(came).values()) > 1
    assert came[: len(SENT)] != SENT


def test_clocks_of_devices_jump_and_nothing_else_changes() -> None:
    clocks = Clocks(random.Random(1))

    came = [msgspec.json.decode(value, type=VitalsPacket) for p in PACKETS for _, value in clocks(p) if value]

    moved = [new for old, new in zip(PACKETS, came, strict=True) if old != new]
    assert 0 < len(moved) < len(PACKETS)
    assert [(p.device, p.seq) for p in came] == [(p.device, p.seq) for p in PACKETS]


def test_poison_comes_beside_the_packets() -> None:
    poison = Poison(random.Random(1))

    came = [raw for packet in PACKETS for raw in poison(packet)]

    assert set(SENT) < set(came)
    assert [raw for raw in came if raw in set(SENT)] == SENT
