from __future__ import annotations

import msgspec
import pytest

from models.deep.networks import Networks
from models.disease.longterm import DAY, WEEK, estimates, evidence, learn_answers, learn_pressure
from models.disease.state import LongTerm
from models.risk.found import Evidence
from tests.models.disease.people import asked, person

HIGH = person(62, 1, 36, 80, 145, 88)
MIDDLE = person(42, 0, 26, 70, 115, 70)


def days(networks: Networks, state: LongTerm, person_of: dict[int, object], until: int) -> list[Evidence]:
    """Ask once a day; the row changes on the days that `person_of` names."""
    told, row = [], person_of[0]
    for day in range(until):
        row = person_of.get(day, row)
        learn_answers(state, asked(networks, row, day * DAY))  # type: ignore[arg-type]
        for hour in range(1, 24, 6):
            found = evidence(state, day * DAY + hour * 3_600_000)
            if found is not None:
                told.append(found)
    return told


def raised(told: list[Evidence]) -> list[int]:
    return [found.time // DAY for found in told if found.level]


def test_a_high_estimate_is_said_once_and_the_word_ends_a_day_later(networks: Networks) -> None:
    told = days(networks, LongTerm(), {0: HIGH}, 6)

    assert [(found.level, found.time // DAY) for found in told] == [(1, 0), (0, 1)]
    assert told[0].condition == "long_term_risk"
    assert told[0].cause is not None and told[0].cause.startswith("diabetes: ")
    assert len(told[0].contributions) == 3


def test_a_low_estimate_is_never_said(networks: Networks) -> None:
    assert days(networks, LongTerm(), {0: MIDDLE}, 40) == []


def test_what_stays_high_is_said_again_after_four_weeks(networks: Networks) -> None:
    assert raised(days(networks, LongTerm(), {0: HIGH}, 60)) == [0, 28, 56]


def test_a_clear_rise_is_said_at_the_earliest_a_week_after_the_last_word(networks: Networks) -> None:
    near = person(57, 0, 33, 72, 120, 72)
    far = person(57, 1, 43, 95, 170, 80)

    assert raised(days(networks, LongTerm(), {0: near, 3: far}, 20)) == [0, 7]


def test_an_estimate_that_wavers_at_its_edge_is_not_said_again_and_again(networks: Networks) -> None:
    above, below = person(55, 1, 29.5), person(55, 1, 28.6)
    course: dict[int, object] = {day: (above, below)[day % 2] for day in range(27)}

    assert raised(days(networks, LongTerm(), course, 27)) == [0]


def test_two_risks_share_the_one_word_a_week(networks: Networks) -> None:
    state = LongTerm()
    learn_pressure(state, 0, [(150.0, 95.0)] * 5)
    learn_answers(state, asked(networks, HIGH))

    first = evidence(state, 1)
    learn_answers(state, asked(networks, HIGH, 3 * DAY))

    assert first is not None and first.level == 1
    assert evidence(state, 3 * DAY) == Evidence("long_term_risk", 3 * DAY, 0, 0.0)
    assert evidence(state, 4 * DAY) is None
    learn_answers(state, asked(networks, HIGH, WEEK))
    second = evidence(state, WEEK + 1)
    assert second is not None and second.cause != first.cause


def test_pressure_is_estimated_again_only_when_a_reading_is_new() -> None:
    state = LongTerm()
    learn_pressure(state, 10, [(150.0, 95.0)] * 5)
    first = state.pressure

    learn_pressure(state, 10, [(150.0, 95.0)] * 6)
    assert state.pressure is first
    learn_pressure(state, 20, [(150.0, 95.0)] * 6)

    assert state.pressure is not None and state.pressure.days == 6


def test_both_estimates_stand_until_they_are_old(networks: Networks) -> None:
    state = LongTerm()
    learn_answers(state, asked(networks, HIGH))
    learn_pressure(state, 0, [(150.0, 95.0)] * 5)

    assert set(estimates(state, DAY)) == {"diabetes", "hypertension"}
    assert set(estimates(state, 5 * DAY)) == {"hypertension"}
    assert estimates(state, 40 * DAY) == {}
    assert estimates(state, DAY, "1.0.0")["diabetes"].source.startswith("network diabetes 1.0.0 ")


def test_other_facts_void_the_answer_to_the_old_ones(networks: Networks) -> None:
    state = LongTerm()
    learn_answers(state, asked(networks, HIGH))

    state.void()

    assert estimates(state, DAY) == {}


def test_the_state_goes_on_from_its_snapshot_as_it_would_have(networks: Networks) -> None:
    state = LongTerm()
    days(networks, state, {0: HIGH}, 10)
    learn_pressure(state, 10 * DAY, [(150.0, 95.0)] * 7, 30.0)
    stored = msgspec.msgpack.encode(state)
    again = msgspec.msgpack.decode(stored, type=LongTerm)

    assert len(stored) <= 300
    assert again == state
    assert [evidence(state, 11 * DAY)] == [evidence(again, 11 * DAY)]


def test_nothing_is_said_of_a_wearer_of_whom_nothing_is_known() -> None:
    assert evidence(LongTerm(), 0) is None
    assert estimates(LongTerm(), 0) == {}


@pytest.mark.parametrize("count", [1, 2])
def test_two_days_of_readings_make_no_estimate(count: int) -> None:
    state = LongTerm()

    learn_pressure(state, 0, [(150.0, 95.0)] * count)

    assert estimates(state, 0) == {}
