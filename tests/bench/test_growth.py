"""Growth: what is counted of several workers, and ratios between crowds."""

from __future__ import annotations

import pytest

from bench.cores import Cores
from bench.endurance.crews import Crew, together
from bench.endurance.growth import Point, summary
from bench.machine import machine
from bench.process import Look
from streams.errors import UserError

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
