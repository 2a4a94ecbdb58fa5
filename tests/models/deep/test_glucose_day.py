"""A wearer's day of glucose on the 15-minute grid."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.deep.glucose import STEPS
from models.deep.glucose_day import FEWEST, GlucoseDay

MINUTE = 60_000
START = 1_767_592_800_000 + 7 * MINUTE
STEP = 15 * MINUTE


def filled(day):
    """Three hours of readings before START."""
    for i in range(FEWEST, 0, -1):
        day.put(START - i * STEP, 99.0)
        day.row(0)
    return day


def told(day, offset=0):
    asked = day.row(offset)
    return None if asked is None else asked[1]


def test_a_sensor_of_fifteen_minutes_falls_on_the_grid():
    day = GlucoseDay()
    for i in range(STEPS + 5):
        day.put(START + i * STEP, 100.0 + i)

    time, row = day.row(0)

    assert time == START + (STEPS + 4) * STEP
    assert row[:, 0].tolist() == [100.0 + i for i in range(5, STEPS + 5)]
    assert np.isnan(row[:, 1]).all()


def test_a_sensor_of_five_minutes_comes_to_the_mean_of_a_step():
    day = filled(GlucoseDay())
    for i, value in enumerate([100, 103, 120, 110, 112, 114, 140]):
        day.put(START + i * 5 * MINUTE, value)

    # The first reading is the middle of its step: the step takes 5 minutes before to 9 after.
    assert told(day)[-3:, 0].tolist() == [101.5, 114.0, 127.0]


def test_the_time_is_that_of_the_reading_and_not_of_its_step():
    day = filled(GlucoseDay())
    day.put(START, 100.0)
    day.row(0)
    day.put(START + 10 * MINUTE, 104.0)

    time, row = day.row(0)

    assert time == START + 10 * MINUTE
    assert row[-1].tolist()[0::2] == [104.0, (START // MINUTE + 15) % 1440]


def test_each_step_is_asked_for_once():
    day = filled(GlucoseDay())
    day.put(START, 100.0)

    assert told(day) is not None
    day.put(START + 5 * MINUTE, 101.0)
    assert told(day) is None
    day.put(START + STEP, 101.0)
    assert told(day) is not None


def test_a_gap_stays_a_gap():
    day = filled(GlucoseDay())
    day.put(START, 100.0)
    day.put(START + 4 * STEP, 90.0)

    assert np.isnan(told(day)[-4:-1, 0]).all()


def test_a_meal_alone_is_no_reading():
    day = filled(GlucoseDay())
    day.put(START, None, 0.0)
    assert told(day) is None
    day.put(START, 100.0, 0.0)
    day.put(START + STEP, None, 1.0)
    assert told(day) is None
    day.put(START + 2 * STEP, 100.0)

    assert told(day)[-4:, 1].tolist()[1:] == [0.0, 1.0, 0.0]


def test_nobody_knows_of_meals_before_someone_said():
    day = filled(GlucoseDay())
    for i in range(4):
        day.put(START + i * STEP, 100.0, 1.0 if i == 2 else None)

    eaten = told(day)[:, 1]

    assert np.isnan(eaten[:-2]).all()
    assert eaten[-2:].tolist() == [1.0, 0.0]


def test_the_time_of_day_is_local():
    day = filled(GlucoseDay())
    day.put(START, 100.0)

    assert told(day, 90)[0, 2] == (START // MINUTE + 90) % 1440


def test_too_few_readings_foretell_nothing():
    day = GlucoseDay()
    for i in range(FEWEST):
        assert told(day) is None
        day.put(START + i * STEP, 100.0)

    assert told(day) is not None


def test_what_is_older_than_the_day_is_passed_over():
    day = filled(GlucoseDay())
    day.put(START + 100 * STEP, 100.0)
    for i in range(FEWEST):
        day.put(START + (101 + i) * STEP, 100.0)
    day.put(START, 55.0)

    assert not (told(day)[:, 0] == 55.0).any()


@given(st.lists(st.tuples(st.integers(0, 30 * 60), st.floats(40, 400, width=32)), min_size=1, max_size=60))
def test_a_day_restored_goes_on_alike(readings):
    whole, half = GlucoseDay(), GlucoseDay()
    for i, (minute, value) in enumerate(readings):
        whole.put(START + minute * MINUTE, value, float(i % 3 == 0))
        half.put(START + minute * MINUTE, value, float(i % 3 == 0))
        half = GlucoseDay(half.snapshot())
        ours, theirs = whole.row(0), half.row(0)
        assert (ours is None) == (theirs is None)
        if ours is not None and theirs is not None:
            assert ours[0] == theirs[0]
            assert np.array_equal(ours[1], theirs[1], equal_nan=True)
