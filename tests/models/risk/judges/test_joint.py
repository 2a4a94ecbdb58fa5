"""Early warning scores as evidence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clinical.news2 import news2
from models.person import Limit, Person
from tests.models.risk.judges.moments import NOW, judged, minute

READINGS = {
    "hr": st.floats(20, 250), "rr": st.floats(3, 60), "temp": st.floats(30, 42), "sbp": st.floats(50, 250),
}  # fmt: skip


def found(readings, person=None, **options):
    view = minute()
    view.score = news2({signal: (NOW, float(value)) for signal, value in readings.items()}, NOW, **options)
    return judged("deterioration", view, person).get("deterioration")


@pytest.mark.parametrize(
    ("readings", "level"),
    [
        ({"hr": 115, "rr": 22}, 0), ({"hr": 115, "rr": 22, "spo2": 95}, 1),
        ({"hr": 115, "rr": 22, "spo2": 93}, 1), ({"hr": 115, "rr": 22, "spo2": 93, "temp": 38.5}, 2),
        ({"hr": 131}, 1), ({"hr": 130}, 0),
    ],
)  # fmt: skip
def test_5_or_a_single_part_of_3_is_urgent_and_7_an_emergency(readings, level):
    assert found(readings).level == level


def test_a_single_part_at_its_worst_is_at_the_edge():
    assert (found({"hr": 135}).risk, found({"hr": 135}).beyond) == (0.5, 0.0)


def test_a_clinician_s_edge_takes_the_place_of_both_ways_to_urgent():
    ann = Person(limits=(Limit("deterioration", NOW + 1, above=6.0),))

    assert found({"spo2": 90}, ann).level == 0
    assert found({"spo2": 90, "rr": 22, "hr": 95}, ann).level == 1
    assert found({"spo2": 90, "rr": 22, "hr": 115}, ann).level == 2


def test_in_pregnancy_one_red_or_two_yellow_observations_trigger():
    ann = Person(pregnant=True)

    assert found({"hr": 105, "rr": 16}, ann).level == 0
    assert found({"hr": 105, "rr": 24}, ann).level == 1
    assert found({"spo2": 94}, ann).level == 1
    assert [c.signal for c in found({"spo2": 94, "hr": 80}, ann).contributions] == ["spo2"]


def test_children_are_not_judged_by_an_adult_s_score():
    assert found({"hr": 135}, Person(birth_year=2014)) is None


@given(
    st.fixed_dictionaries({}, optional=READINGS), st.floats(50, 100), st.floats(0, 40),
    st.sampled_from([None, True, False]), st.sampled_from([Person(), Person(pregnant=True)]),
)  # fmt: skip
def test_a_lower_saturation_never_lowers_level_or_risk(others, spo2, less, on_oxygen, person):
    before, after = (
        found(others | {"spo2": value}, person, on_oxygen=on_oxygen) for value in (spo2, spo2 - less)
    )

    assert (before.level, before.risk) <= (after.level, after.risk)


@given(st.fixed_dictionaries({}, optional=READINGS), st.floats(50, 92), st.floats(0, 40))
def test_on_scale_2_neither_up_to_its_target(others, spo2, less):
    """Above 92 on oxygen a lower saturation is the better one (RCP 2017)."""
    before, after = (
        found(others | {"spo2": value}, scale=2, on_oxygen=True) for value in (spo2, spo2 - less)
    )

    assert (before.level, before.risk) <= (after.level, after.risk)
