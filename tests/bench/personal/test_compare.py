"""Two systems side by side."""

from __future__ import annotations

import pytest

from bench.personal import compare
from streams.records import Alert
from tests.bench.personal.outcomes import alert, episode, outcome

FEVER = episode("fever", 9, 9.1)
HIT = alert("hit", "fever", 9.05, priority="high")


def false(number: int, from_day: int = 8) -> list[Alert]:
    return [alert(f"f{i}", "anomaly", from_day + i / 10, priority="low", wearer="bob") for i in range(number)]


def test_the_fall_of_false_alerts_is_that_of_the_second_week() -> None:
    without = outcome([FEVER], [HIT, *false(4), *false(9, 1)])
    with_ = outcome([FEVER], [HIT, *false(1), *false(9, 1)], answers=3)

    found = compare.feedback([without], [with_])

    assert (found.answers, found.false_without, found.false_with, found.fall) == (3, 4, 1, 0.75)
    assert (found.high_without, found.high_lost) == (1, 0)


def test_an_episode_that_only_answers_lost_is_told() -> None:
    found = compare.feedback([outcome([FEVER], [HIT])], [outcome([FEVER], [])])

    assert (found.high_lost, found.found_without, found.found_with) == (1, 1, 0)


def test_of_the_populations_thresholds_the_cheapest_that_find_as_much_count() -> None:
    own = outcome([FEVER], [HIT, *false(1)])
    others = outcome([FEVER], false(2), [HIT, *false(6)], [HIT, *false(9)])

    found = compare.population([own], [], [others], (1.0, 0.8, 0.5))

    assert (found.recall, found.ratio) == (1.0, pytest.approx(6.0, rel=1e-3))
    assert [point.recall for point in found.points] == [0.0, 1.0, 1.0]


def test_where_the_population_finds_less_own_normal_is_made_stricter() -> None:
    second = episode("fever", 11, 11.1)
    both = [HIT, alert("too", "fever", 11.05)]
    own, stricter = outcome([FEVER, second], [*both, *false(5)]), outcome([FEVER, second], [HIT, *false(1)])
    others = outcome([FEVER, second], [HIT, *false(4)])

    assert compare.out_of_reach([own], [others])
    assert compare.population([own], [stricter], [others], (1.0,)).ratio == pytest.approx(4.0, rel=1e-3)
