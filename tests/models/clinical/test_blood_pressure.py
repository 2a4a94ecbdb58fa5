"""Categories in the office and at home, and a crisis that is measured again."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clinical.blood_pressure import TABLES, Pressures, Reading, category, stage
from tests.models.clinical.published import edges

USUAL, ELEVATED, HIGH = "not elevated", "elevated", "in the hypertension range"
PUBLISHED = {
    ("office", "sbp"): [(60, 119, USUAL), (120, 139, ELEVATED), (140, 250, HIGH)],
    ("office", "dbp"): [(30, 69, USUAL), (70, 89, ELEVATED), (90, 150, HIGH)],
    ("home", "sbp"): [(60, 119, USUAL), (120, 134, ELEVATED), (135, 250, HIGH)],
    ("home", "dbp"): [(30, 69, USUAL), (70, 84, ELEVATED), (85, 150, HIGH)],
}
EDGES = [(*key, value, band) for key, rows in PUBLISHED.items() for value, band in edges(rows)]
START = 1_767_571_200_000
"""2026-01-05T00:00Z."""
MINUTE = 60_000
HOUR, DAY = 60, 1440


@pytest.mark.parametrize(("place", "signal", "value", "band"), EDGES)
def test_every_edge_of_every_category(place, signal, value, band):
    assert TABLES[place][signal].of(value).name == band


@pytest.mark.parametrize(
    ("pressure", "place", "band"),
    [
        ((150, 60), "office", HIGH), ((110, 95), "office", HIGH), ((137, 60), "office", ELEVATED),
        ((137, 60), "home", HIGH), ((110, 60), "home", USUAL),
    ],
)  # fmt: skip
def test_the_worse_of_the_two_pressures_counts(pressure, place, band):
    assert category(*pressure, place).name == band


def readings(*rows):
    return tuple(Reading(*row) for row in rows)


@pytest.mark.parametrize(
    ("pressure", "critical"),
    [((179, 119), False), ((180, 80), True), ((181, 0), True), ((120, 120), True), ((0, 119), False)],
)
def test_every_edge_of_a_crisis(pressure, critical):
    assert Reading(0, *pressure).critical() == critical


@pytest.mark.parametrize(
    ("seen", "sure"),
    [
        ((), 0),
        (((0, 150, 90),), 0),
        (((0, 190, 90),), 1),
        (((0, 190, 90), (1, 185, 90)), 2),
        (((0, 190, 90), (30, 150, 125)), 2),
        (((0, 190, 90), (31, 185, 90)), 1),
        (((0, 150, 90), (5, 185, 90)), 1),
        (((0, 190, 90), (5, 150, 90)), 0),
    ],
)
def test_a_crisis_is_one_when_it_was_measured_again_within_half_an_hour(seen, sure):
    assert stage(readings(*seen)) == sure


def test_a_clinician_s_limit_moves_the_crisis():
    assert stage(readings((0, 165, 90), (5, 165, 90)), (160, 120)) == 2


def home(days, systolic=140.0, diastolic=80.0, hours=(8, 20), offset=0):
    found = Pressures()
    for day in range(days):
        for hour in hours:
            found.put(START + (day * DAY + hour * HOUR - offset) * MINUTE, systolic, diastolic, offset)
    return found


@pytest.mark.parametrize(("days", "told"), [(2, False), (3, True), (7, True)])
def test_home_means_need_three_days_with_morning_and_evening(days, told):
    assert bool(home(days).findings()) == told


@pytest.mark.parametrize("hours", [(8, 9), (20, 21), (2, 13)])
def test_mornings_or_evenings_alone_are_not_enough(hours):
    assert home(7, hours=hours).findings() == []


def test_hours_are_local():
    assert home(3, offset=480).findings()
    assert home(3, hours=(3, 15), offset=0).findings() == []


def test_a_home_mean_tells_its_category_and_days():
    systolic, diastolic = home(8, 136.0, 80.0).findings()

    assert (systolic.value, systolic.band, systolic.days) == (136.0, HIGH, 7.0)
    assert (diastolic.value, diastolic.unit) == (80.0, "mm[Hg]")


def test_days_are_told_one_by_one():
    found = home(2, 140.0, 80.0)
    found.put(START + (DAY + 12 * HOUR) * MINUTE, 152.0, 89.0, 0)

    assert [day[1:] for day in found.day_means()] == [(140.0, 80.0), (144.0, 83.0)]
    assert found.day_means()[1].day - found.day_means()[0].day == 1


def test_a_late_reading_counts_for_its_day_and_is_not_the_newest():
    found = home(3, 140.0)
    newest = found.readings[-1]

    found.put(START + 12 * HOUR * MINUTE, 200.0, 80.0, 0)

    assert found.readings[-1] == newest
    assert found.day_means()[0][1:] == (160.0, 80.0)


def test_a_reading_from_before_the_week_is_dropped():
    found = home(7)

    found.put(START - 3 * DAY * MINUTE, 200.0, 80.0, 0)

    assert len(found.day_means()) == 7
    assert all(day.sbp == 140.0 for day in found.day_means())


def test_a_reading_of_one_pressure_alone_is_no_part_of_a_mean():
    found = Pressures()

    found.put(START, 190.0, None, 0)

    assert found.day_means() == ()
    assert stage(tuple(found.readings)) == 1


def test_a_full_week_fits_into_120_bytes():
    found = home(7, hours=(7, 8, 9, 20, 21, 22))

    assert len(msgspec.msgpack.encode(found)) <= 120


@given(
    st.lists(st.tuples(st.integers(0, 20 * DAY), st.integers(60, 250), st.integers(40, 150)), max_size=40),
    st.integers(0, 40),
)
def test_a_restored_state_goes_on_equally(rows, cut):
    whole, first = Pressures(), Pressures()
    for minute, systolic, diastolic in rows[:cut]:
        first.put(START + minute * MINUTE, systolic, diastolic, 60)
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(first), type=Pressures)
    for minute, systolic, diastolic in rows:
        whole.put(START + minute * MINUTE, systolic, diastolic, 60)
    for minute, systolic, diastolic in rows[cut:]:
        again.put(START + minute * MINUTE, systolic, diastolic, 60)

    assert msgspec.msgpack.encode(again) == msgspec.msgpack.encode(whole)
    assert len(whole.days) <= 7
