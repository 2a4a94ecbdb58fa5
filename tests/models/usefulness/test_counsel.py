"""Answers order and delay alerts within bounds, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.usefulness.adaptation import Learning
from models.usefulness.cohorts import Cohorts
from models.usefulness.counsel import NONE, Mode, verdict
from models.usefulness.situation import Situation
from models.usefulness.taught import VALID_MS, Tally, Taught
from tests.models.usefulness.answers import (
    ADAPTATION,
    CLEAR,
    DAY,
    FAINT,
    FORECAST,
    MINUTE,
    START,
    alert_of,
    answer,
    counsel,
    new_cohorts,
    teach,
)
from tests.models.usefulness.test_situation import situations

LEARNING: Learning = ADAPTATION.learning


def test_nothing_is_said_before_enough_people_have_answered() -> None:
    taught, cohorts = Taught(), new_cohorts()
    teach(taught, cohorts, FAINT, False, LEARNING.own_answers - 1)

    assert counsel(taught, cohorts).opinion(FAINT) == NONE


def world(useless: int = 8, useful: int = 60) -> Cohorts:
    """Many have answered: useless forecasts are over after `useless` minutes, useful ones after `useful`."""
    cohorts = new_cohorts()
    for _ in range(6):
        teach(Taught(), cohorts, FORECAST, False, 3, useless)
        teach(Taught(), cohorts, FORECAST, True, 2, useful)
    return cohorts


def test_what_people_call_useless_and_what_ends_soon_has_to_last_longer() -> None:
    opinion = counsel(Taught(), world()).opinion(FORECAST)

    assert opinion.usefulness is not None and 0.3 < opinion.usefulness < 0.6
    assert opinion.extra_ms == 10 * MINUTE, "the useless ones are over by then, and no more is needed"


def test_waiting_is_no_use_where_what_is_useful_ends_as_soon() -> None:
    assert counsel(Taught(), world(useless=8, useful=8)).opinion(FORECAST).extra_ms == 0
    assert counsel(Taught(), world(useless=60, useful=8)).opinion(FORECAST).extra_ms == 0


def test_no_wait_is_longer_than_its_bound() -> None:
    assert counsel(Taught(), world(useless=59, useful=200)).opinion(FORECAST).extra_ms == 60 * MINUTE
    assert counsel(Taught(), world(useless=90, useful=200)).opinion(FORECAST).extra_ms <= 60 * MINUTE
    urgent = FORECAST._replace(priority="medium")
    assert counsel(Taught(), world(useless=59, useful=200)).opinion(urgent).extra_ms <= 10 * MINUTE


def test_a_useful_alert_of_medium_priority_that_is_lost_counts_for_more() -> None:
    assert ADAPTATION.delays["medium"].useful_counts_as > ADAPTATION.delays["low"].useful_counts_as


@given(st.integers(0, 40), st.integers(0, 40))
def test_what_is_found_less_useful_never_waits_less(one: int, other: int) -> None:
    cohorts, waits = WORLD, []
    for useful in sorted((one, other)):
        taught = Taught()
        for number in range(40):
            taught.tell(alert_of(number), FORECAST, START)
            told = taught.find(alert_of(number), START)
            assert told is not None
            taught.answer(told, number < useful, START)
        waits.append(counsel(taught, cohorts).opinion(FORECAST).extra_ms)

    assert waits[0] >= waits[1]


def test_own_answers_outweigh_those_of_others() -> None:
    taught, cohorts = Taught(), world()
    teach(taught, cohorts, FORECAST, True, 40, 60)

    assert counsel(taught, cohorts).opinion(FORECAST).extra_ms == 0


def test_useful_alerts_are_not_delayed() -> None:
    taught, cohorts = Taught(), new_cohorts()
    teach(taught, cohorts, CLEAR, True, 10)

    opinion = counsel(taught, cohorts).opinion(CLEAR)

    assert opinion.usefulness is not None and opinion.usefulness > 0.8 and opinion.extra_ms == 0


def test_nothing_waits_before_some_useless_alerts_have_ended() -> None:
    cohorts = new_cohorts()
    for _ in range(5):
        teach(Taught(), cohorts, FORECAST, True, 4, 90)
    teach(Taught(), cohorts, FORECAST, False, LEARNING.ended - 1, 3)

    assert counsel(Taught(), cohorts).opinion(FORECAST).extra_ms == 0


def test_one_loud_wearer_does_not_teach_for_all() -> None:
    loud, many = new_cohorts(), new_cohorts()
    teach(Taught(), loud, FORECAST, False, 16)
    for _ in range(16):
        teach(Taught(), many, FORECAST, False, 1)

    assert loud.probability(FORECAST) > many.probability(FORECAST) + 0.05


@settings(max_examples=60, deadline=None)
@given(situations, st.integers(3, 40))
def test_high_is_never_delayed_whatever_people_answer(situation: Situation, answers: int) -> None:
    taught, cohorts = Taught(), new_cohorts()
    high = situation._replace(priority="high")
    teach(taught, cohorts, high, False, answers)

    assert counsel(taught, cohorts).opinion(high).extra_ms == 0


@pytest.mark.parametrize("condition", sorted(ADAPTATION.undelayed))
def test_what_comes_once_is_ranked_and_never_delayed(condition: str) -> None:
    taught, cohorts = Taught(), new_cohorts()
    teach(taught, cohorts, Situation(condition), False, 12)

    opinion = counsel(taught, cohorts).opinion(Situation(condition))

    assert opinion.usefulness is not None and opinion.usefulness < 0.5 and opinion.extra_ms == 0


WORLD = world()

# How answers count ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("useful", "true_alarm", "expected"),
    [
        (True, None, True),
        (True, False, True),
        (None, True, True),
        (None, False, False),
        (False, None, False),
        (False, False, False),
        (False, True, None),
        (None, None, None),
    ],
)
def test_what_an_answer_says(useful: bool | None, true_alarm: bool | None, expected: bool | None) -> None:
    assert verdict(answer("a", useful, true_alarm=true_alarm)) is expected


def told() -> Taught:
    taught = Taught()
    taught.tell(alert_of(1), FAINT, START)
    return taught


def test_an_answer_given_twice_counts_once() -> None:
    taught, one = told(), counsel(told())
    one = counsel(taught)

    assert one.answered(answer(alert_of(1), False), START) and one.answered(answer(alert_of(1), False), START)

    assert taught.tally("anomaly") == Tally(0, 1)
    assert [(lesson.useful, lesson.weight) for lesson in one.lessons] == [(False, 1.0)]


def test_how_long_an_alert_lasted_is_learnt_when_it_is_over_and_answered() -> None:
    taught = told()
    one = counsel(taught)

    one.answered(answer(alert_of(1), False), START)
    one.ended(alert_of(1), 20 * MINUTE, START + 32 * MINUTE)
    one.ended(alert_of(1), 0, START + DAY)

    assert [lesson.lasted for lesson in one.lessons] == [None, 12]


def test_an_answer_after_the_end_teaches_both_at_once_and_takes_both_back() -> None:
    taught = told()
    one = counsel(taught)

    one.ended(alert_of(1), 0, START + 12 * MINUTE)
    one.answered(answer(alert_of(1), False), START + DAY)
    one.answered(answer(alert_of(1), True, START + DAY), START + DAY)

    assert [(lesson.useful, lesson.lasted, lesson.weight) for lesson in one.lessons] == [
        (False, None, 1.0), (False, 12, 1.0),
        (False, None, -1.0), (False, 12, -1.0), (True, None, 1.0), (True, 12, 1.0),
    ]  # fmt: skip


def test_another_answer_takes_the_first_one_back() -> None:
    taught = told()
    one = counsel(taught, offset=7)

    one.answered(answer(alert_of(1), False), START)
    one.answered(answer(alert_of(1), True, START + DAY), START + DAY)

    assert taught.tally("anomaly") == Tally(1, 0)
    assert [(lesson.offset, lesson.useful, lesson.weight) for lesson in one.lessons] == [
        (7, False, 1.0), (7, False, -1.0), (7, True, 1.0),
    ]  # fmt: skip


def test_an_answer_that_comes_late_by_its_own_time_does_not_undo_a_newer_one() -> None:
    taught = told()
    one = counsel(taught)
    one.answered(answer(alert_of(1), True, START + DAY), START + DAY)

    assert one.answered(answer(alert_of(1), False, START), START + DAY)

    assert taught.tally("anomaly") == Tally(1, 0)


def test_an_answer_after_fourteen_days_or_to_an_unknown_alert_teaches_nothing() -> None:
    taught = told()
    one = counsel(taught)

    assert not one.answered(answer(alert_of(1), False), START + VALID_MS + 1000)
    assert not one.answered(answer(alert_of(9), False), START)
    assert one.lessons == []


def test_an_acknowledgement_alone_says_nothing() -> None:
    taught = told()
    one = counsel(taught)

    assert one.answered(answer(alert_of(1)), START)

    assert (one.lessons, taught.tally("anomaly")) == ([], Tally())


# The switch -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "learns", "acts"), [("on", True, True), ("frozen", False, True), ("off", False, False)]
)
def test_the_switch(mode: Mode, learns: bool, acts: bool) -> None:
    taught, cohorts = Taught(), world()
    one = counsel(taught, cohorts, mode)

    one.raised(alert_of(99), FORECAST, START)
    one.answered(answer(alert_of(99), False), START)

    assert bool(one.lessons) is learns
    assert (one.opinion(FORECAST) != NONE) is acts


def test_what_was_learnt_comes_back_when_learning_is_on_again() -> None:
    taught, cohorts = Taught(), world()
    before = counsel(taught, cohorts).opinion(FORECAST)

    assert counsel(taught, cohorts, "off").opinion(FORECAST) == NONE
    assert counsel(taught, cohorts, "on").opinion(FORECAST) == before


def test_an_answer_from_a_clock_that_is_ahead_does_not_stand_for_ever() -> None:
    taught = told()
    one = counsel(taught)
    one.answered(answer(alert_of(1), False, START + 10**12), START)

    one.answered(answer(alert_of(1), True, START + 60_000), START + 60_000)

    assert taught.tally("anomaly") == Tally(1, 0)
