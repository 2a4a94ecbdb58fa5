from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.person import Person
from models.signals.activity import Context
from models.treatment.days import learn
from models.treatment.following import observe
from models.treatment.signals import TABLE
from models.treatment.state import Treatments, day_of
from tests.models.treatment.wearers import MINUTE, at, live, minute

PLACE = {row.key: place for place, row in enumerate(TABLE)}


def kept(state: Treatments, key: str) -> list[float | None]:
    return state.days(PLACE[key], state.day - 28, state.day - 1)


def test_a_day_is_kept_as_its_level_in_its_context() -> None:
    state = Treatments()

    live(state, [0], {"hr": 61.0, "sbp": 128.0})
    live(state, [1], {"hr": 50.0}, context="asleep")
    live(state, [2], {"hr": 90.0}, context="active")
    live(state, [3], {})

    assert kept(state, "hr@rest")[-3:] == [61.0, None, None]
    assert kept(state, "hr@asleep")[-3:] == [None, 50.0, None]
    assert kept(state, "sbp")[-3:] == [128.0, None, None]


def test_a_night_lies_in_one_day() -> None:
    assert day_of(at(0.9), 0) == day_of(at(1.3), 0)
    assert day_of(at(1.3), 0) != day_of(at(1.6), 0)
    assert day_of(at(0.45), 120) == day_of(at(0.6), 0)


def test_too_few_readings_make_no_day() -> None:
    state = Treatments()

    for k in range(10):
        observe(state, minute(at(0.6) + k * MINUTE, {"hr": 60.0}), Person())
    live(state, [1], {})

    assert state.rows == {}


def test_wild_minutes_hardly_move_a_day_even_when_it_begins_with_one() -> None:
    state = Treatments()
    for k in range(100):
        learn(state, minute(at(0) + k * MINUTE, {"hr": 60.0 if k % 10 else 180.0}))

    assert state.today[PLACE["hr@rest"]].level == pytest.approx(60.8, abs=0.5)


def test_blood_pressure_without_a_cuff_is_not_taken() -> None:
    state = Treatments()

    learn(state, minute(at(0), {"sbp": 130.0, "hr": 60.0}, cuffless=True))

    assert set(state.today) == {PLACE["hr@rest"]}


def test_days_that_were_not_worn_are_kept_as_empty_and_old_ones_go() -> None:
    state = Treatments()

    live(state, [0, 1, 5], {"hr": 60.0})
    live(state, [6], {})
    assert kept(state, "hr@rest")[-6:] == [60.0, 60.0, None, None, None, 60.0]
    live(state, [60], {})

    assert state.rows == {}


def test_a_minute_that_comes_late_for_a_day_that_is_over_changes_nothing() -> None:
    state = Treatments()
    live(state, [0, 1], {"hr": 60.0})
    before = msgspec.msgpack.encode(state)

    observe(state, minute(at(0.7), {"hr": 90.0}), Person())

    assert msgspec.msgpack.encode(state) == before


def test_a_month_of_everything_fits_into_what_is_allowed() -> None:
    state = Treatments()
    everything = {row.signal: row.value(100) for row in TABLE}

    for day in range(30):
        live(state, [day], everything, context="rest")
        for k in range(40):
            observe(state, minute(at(day + 0.8) + k * MINUTE, everything, "asleep"), Person())

    assert len(msgspec.msgpack.encode(state.rows)) <= 260
    assert len(msgspec.msgpack.encode(state)) <= 400


def test_the_state_goes_on_from_its_snapshot_as_it_would_have() -> None:
    state = Treatments()
    live(state, range(5), {"hr": 61.3, "temp": 36.61})
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=Treatments)

    live(state, range(5, 9), {"hr": 58.7, "temp": 36.77})
    live(again, range(5, 9), {"hr": 58.7, "temp": 36.77})

    assert again == state


@given(st.sampled_from(TABLE), st.integers(1, 255))
def test_a_byte_is_a_value_and_back(row: object, byte: int) -> None:
    assert row.packed(row.value(byte)) == byte  # type: ignore[attr-defined]


@pytest.mark.parametrize("context", ["asleep", "rest", "recovering", "active", "unknown"])
def test_every_context_is_known(context: Context) -> None:
    learn(Treatments(), minute(at(0), {"hr": 60.0}, context))
