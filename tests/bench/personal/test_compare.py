"""Two systems side by side."""

from __future__ import annotations

import pytest

from bench.personal import compare
from bench.personal.curves import Tally
from bench.personal.figures import PopulationFigures
from bench.personal.play import Outcome
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


def curves(own: Outcome, others: Outcome) -> PopulationFigures:
    """Both under factors 1.0, 0.9, 0.8 … as many as there are settings."""
    tallies = [Tally.of([1 - i / 10 for i in range(len(of.sweep))], [of]) for of in (own, others)]
    return compare.population(*tallies)


def test_of_the_populations_thresholds_the_cheapest_that_find_as_much_count() -> None:
    own = outcome([FEVER], [HIT, *false(1)])
    others = outcome([FEVER], false(2), [HIT, *false(6)], [HIT, *false(9)])

    found = curves(own, others)

    assert found.recall == 1.0
    assert found.ratio == pytest.approx(6.0, rel=1e-3)
    assert [(point.scale, point.recall) for point in found.points] == [(1.0, 0.0), (0.9, 1.0)]


def test_where_the_population_finds_less_own_normal_is_made_stricter() -> None:
    second = episode("fever", 11, 11.1)
    both = [HIT, alert("too", "fever", 11.05)]
    own = outcome([FEVER, second], [*both, *false(5)], [HIT, *false(1)])
    others = outcome([FEVER, second], [HIT, *false(4)])

    found = curves(own, others)

    assert (found.own_recall, found.recall) == (1.0, 0.5)
    assert found.ratio == pytest.approx(4.0, rel=1e-3)


def test_between_two_settings_lies_what_a_mixture_of_them_gives() -> None:
    second = episode("fever", 11, 11.1)
    own = outcome([FEVER, second], [HIT, *false(1)])
    others = outcome([FEVER, second], false(2), [HIT, alert("too", "fever", 11.05), *false(6)])

    assert curves(own, others).ratio == pytest.approx(4.0, rel=1e-3)


def test_nights_have_a_factor_of_their_own() -> None:
    ill, night = episode("illness", 5, 10), alert("ill", "illness", 7, priority="low")
    own = outcome([FEVER, ill], [HIT, night, *false(1)])
    others = outcome([FEVER, ill], [HIT, *false(2)], [HIT, night, *false(8)])

    found = curves(own, others)

    assert found.ratio == pytest.approx(2.0, rel=1e-3)
    assert (found.points[-1].scale, found.points[-1].nights) == (1.0, 0.9)


def test_the_interval_of_the_ratio_is_that_of_wearers_drawn_anew() -> None:
    own = outcome([FEVER], [HIT, *false(2)])
    others = outcome([FEVER], [HIT, *false(8)])

    found = curves(own, others)

    assert (found.ratio_low, found.ratio_high) == (4.0, 4.0)


def test_a_share_that_no_few_digits_tell_is_found_all_the_same() -> None:
    planted = [episode("fever", day, day + 0.1) for day in (9, 10, 11)]
    found = [alert(f"hit{day}", "fever", day + 0.05) for day in (9, 10)]

    both = curves(outcome(planted, found), outcome(planted, found))

    assert [share.recall for share in both.shares] == [0.666667]
