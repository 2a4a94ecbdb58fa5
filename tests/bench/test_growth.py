"""Growth: what is counted of several workers, ratios between crowds, and whose packets come."""

from __future__ import annotations

import pytest

from bench.cores import Cores
from bench.crews import Crew, together
from bench.figures import machine
from bench.growth import Point, summary, turns
from bench.packets import Packet
from bench.process import Look
from streams.errors import UserError
from streams.settings import Settings

HERE = machine(Cores(frozenset(), frozenset()))


def test_workers_count_only_while_all_of_them_move() -> None:
    first = [Look(t, t / 2, done) for t, done in ((0, 0), (1, 90), (2, 100), (3, 200), (4, 300), (5, 300))]
    second = [Look(t, t / 4, done) for t, done in ((0, 0), (1, 0), (2, 50), (3, 100), (4, 150), (5, 400))]

    found = together(list(zip(first, second, strict=True)))

    assert found == Crew(workers=2, packets_per_s=150.0, cpu_us=5000.0, processor_share=0.375)


def test_workers_that_never_move_together_are_told() -> None:
    still = [(Look(t, 0.0, t), Look(t, 0.0, 0)) for t in range(5)]

    with pytest.raises(UserError, match="2 workers were never at work together"):
        together(still)


def test_ratios_are_of_the_largest_crowd_and_of_two_workers_beside_one() -> None:
    points = [
        Point(1_000, 5.0, 100, 500.0, 1.0, 1 << 29),
        Point(10_000, 6.8, 100, 400.0, 1.0, 1 << 30),
        Point(100_000, 24.8, 100, 600.0, 1.0, (1 << 30) + 90_000 * 30_000),
    ]
    crews = [Crew(1, 1000.0, 100.0, 1.0), Crew(2, 1900.0, 110.0, 0.9), Crew(1, 1100.0, 120.0, 1.0)]

    found = summary(HERE, points, crews)

    assert (found.cost_ratio, found.bytes_per_wearer, found.fits) == (1.5, 30_000, True)
    assert found.recovery_us == [200.0, 200.0]
    assert (found.two_by_wall, found.two_by_cpu) == (1.81, 2.0)


def packet(key: bytes, number: int) -> Packet:
    return Packet(number, 0, key, b'{"wearer":"%s","sequence":%d}' % (key, number), 60)


def test_every_wearer_sends_before_one_sends_again() -> None:
    later = [packet(b"sim-a", 1), packet(b"sim-b", 1), packet(b"sim-a", 2), packet(b"sim-b", 2)]

    found = [record.value for record in turns(Settings(partitions=4), later, 3, 4)]

    assert found == [
        b'{"wearer":"many-000000","sequence":1}',
        b'{"wearer":"many-000001","sequence":1}',
        b'{"wearer":"many-000002","sequence":1}',
        b'{"wearer":"many-000000","sequence":2}',
    ]


def test_of_every_crowd_as_many_wearers_send_each_continuing_its_own_life() -> None:
    later = [packet(b"sim-%d" % model, turn) for turn in (1, 2) for model in range(4)]

    small, large = (list(turns(Settings(partitions=4), later, crowd, 2_000)) for crowd in (1_000, 100_000))

    of = [int((record.key or b"").removeprefix(b"many-")) for record in large]
    assert [(record.value or b"")[-2:] for record in small] == [
        (record.value or b"")[-2:] for record in large
    ]
    assert len(set(of)) == len({record.key for record in small}) == 1_000
    assert [number % 4 for number in of[:1_000]] == [sender % 4 for sender in range(1_000)]
    assert max(of) > 99_000


def test_too_few_packets_are_told() -> None:
    with pytest.raises(UserError, match="only 2 packets for 2 wearers"):
        list(turns(Settings(partitions=4), [packet(b"sim-a", 1)], 2, 3))
