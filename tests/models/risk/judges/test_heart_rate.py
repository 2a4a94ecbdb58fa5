"""Brady- and tachycardia by context, beside the own usual, and by who it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.person import Limit, Person, Taken
from tests.models.risk.judges.moments import DAY, NOW, judged, levels, minute

CONDITION = "resting_heart_rate"
ATHLETE, PREGNANT = Person(athlete=True), Person(pregnant=True)


def sides(rate, context="rest", person=None, usual=None):
    view = minute(context, {"hr": usual} if usual else None, hr=float(rate))
    found = levels(CONDITION, view, person)
    return found.get("high"), found.get("low")


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        (110, (0, 0)), (111, (1, 0)), (130, (1, 0)), (131, (2, 0)),
        (41, (0, 0)), (40, (0, 1)), (34, (0, 1)), (33, (0, 2)),
    ],
)  # fmt: skip
def test_every_edge_at_rest(rate, expected):
    assert sides(rate) == expected


@pytest.mark.parametrize("context", ["recovering", "unknown"])
@pytest.mark.parametrize(
    ("rate", "expected"),
    [(130, (0, 0)), (131, (1, 0)), (150, (1, 0)), (151, (2, 0)), (21, (0, 0)), (20, (0, 1))],
)
def test_every_edge_after_effort_and_where_the_context_is_unknown(context, rate, expected):
    assert sides(rate, context) == expected


@pytest.mark.parametrize(("rate", "expected"), [(35, (0, 0)), (34, (0, 1)), (28, (0, 1)), (27, (0, 2))])
def test_a_sleeper_of_unknown_usual_may_be_slower(rate, expected):
    assert sides(rate, "asleep") == expected


@pytest.mark.parametrize(
    ("context", "rate", "low"),
    [
        ("rest", 30, 0),
        ("rest", 29, 2),
        ("rest", 28, 2),
        ("asleep", 30, 0),
        ("asleep", 29, 1),
        ("asleep", 27, 2),
    ],
)
def test_an_athlete_s_slow_rate_is_usual_down_to_30(context, rate, low):
    assert sides(rate, context, ATHLETE) == (0, low)


def test_an_athlete_s_own_usual_counts_as_anybody_s():
    assert sides(40, person=ATHLETE, usual=(60, 3)) == (0, 1)


@pytest.mark.parametrize(("rate", "expected"), [(120, (0, 0)), (121, (1, 0)), (131, (2, 0)), (40, (0, 1))])
def test_in_pregnancy_the_rate_may_reach_120(rate, expected):
    assert sides(rate, person=PREGNANT) == expected


@pytest.mark.parametrize(
    ("birth_year", "rate", "high"),
    [(1986, 199, None), (1986, 200, 1), (1946, 171, None), (1946, 172, 1), (None, 213, None), (None, 214, 1)],
)
def test_in_effort_more_than_the_maximum_of_the_age_counts(birth_year, rate, high):
    """208 - .7 × age, and two spreads of 10; an unknown age is taken for 20."""
    assert sides(rate, "active", Person(birth_year=birth_year))[0] == high


def test_in_effort_the_alert_says_what_it_is_measured_by():
    found = judged(CONDITION, minute("active", hr=230.0))

    assert found[f"{CONDITION}:high"].cause == "more than effort explains"


@pytest.mark.parametrize(
    ("birth_year", "rate", "high"),
    [
        (2026, 160, 0), (2026, 161, 2), (2024, 150, 0), (2024, 151, 2), (2023, 140, 0), (2023, 141, 2),
        (2021, 140, 0), (2020, 111, 1),
    ],
)  # fmt: skip
def test_a_small_child_s_rate_is_faster(birth_year, rate, high):
    assert sides(rate, person=Person(birth_year=birth_year))[0] == high


def test_effort_frees_nobody_from_what_was_found_at_rest():
    assert levels(CONDITION, minute("active", hr=120.0)) == {}


@pytest.mark.parametrize(
    ("usual", "rate", "expected"),
    [
        ((60, 3), 99, (0, 0)), ((60, 3), 100, (1, 0)),  # 72 and above is far, but 100 is the floor
        ((95, 3), 106, (0, 0)), ((95, 3), 107, (1, 0)),  # 95 + 4 × 3
        ((70, 3), 47, (0, 0)), ((70, 3), 46, (0, 1)),
        ((42, 3), 37, (0, 0)), ((42, 3), 36, (0, 1)),  # so near the own usual, 40 is nothing
        ((36, 3), 34, (0, 0)), ((36, 3), 33, (0, 2)),  # but 33 is
    ],
)  # fmt: skip
def test_every_edge_beside_the_own_usual(usual, rate, expected):
    assert sides(rate, usual=usual) == expected


BEGUN = Person(medicines=(Taken("C07AB02", NOW - DAY),))


@given(
    st.sampled_from(["rest", "asleep", "recovering", "unknown"]),
    st.floats(25, 90),
    st.one_of(st.none(), st.tuples(st.floats(40, 100), st.floats(2, 12))),
)
def test_a_new_beta_blocker_excuses_no_slow_pulse(context, rate, usual):
    assert sides(rate, context, BEGUN, usual) == sides(rate, context, None, usual)


def test_a_slow_pulse_names_the_medicine_that_slows_it():
    found = judged(CONDITION, minute("rest", {"hr": (70, 3)}, hr=46.0), BEGUN)

    assert found[f"{CONDITION}:low"].cause == "beta blocker slows the pulse"


def test_after_four_weeks_it_is_the_usual_that_counts_again():
    old = Person(medicines=(Taken("R03AC02", NOW - 28 * DAY),))

    assert sides(105, person=old, usual=(60, 3)) == (1, 0)


def test_a_medicine_begun_nobody_knows_when_gives_no_leeway():
    assert sides(105, person=Person(medicines=(Taken("R03AC02"),)), usual=(60, 3)) == (1, 0)


def test_a_rise_that_a_new_beta_agonist_brings_is_no_news():
    inhaled = Person(medicines=(Taken("R03AC02", NOW - DAY),))

    assert sides(105, usual=(60, 3)) == (1, 0)
    assert sides(105, person=inhaled, usual=(60, 3)) == (0, 0)
    assert sides(111, person=inhaled, usual=(60, 3)) == (1, 0)


def test_a_clinician_s_edge_is_in_force_at_rest_and_named():
    ann = Person(limits=(Limit(CONDITION, NOW + 1, above=90.0),))

    found = judged(CONDITION, minute(hr=91.0), ann)

    assert (found[f"{CONDITION}:high"].level, found[f"{CONDITION}:high"].cause) == (
        1,
        "clinician's threshold",
    )
    assert (found[f"{CONDITION}:low"].level, found[f"{CONDITION}:low"].cause) == (0, None)


def test_each_side_tells_how_far_it_is_past_its_own_edge():
    found = judged(CONDITION, minute(hr=120.0))

    assert found[f"{CONDITION}:high"].beyond == 9.0
    assert found[f"{CONDITION}:low"].beyond == -80.0


@given(
    st.floats(20, 250), st.one_of(st.none(), st.tuples(st.floats(40, 100), st.floats(2, 12))),
    st.builds(Person, athlete=st.booleans(), pregnant=st.booleans()),
)  # fmt: skip
def test_an_unknown_context_widens_and_never_narrows(rate, usual, person):
    view = {c: minute(c, {"hr": usual} if usual else None, hr=rate) for c in ("rest", "unknown")}

    known, unknown = (levels(CONDITION, view[c], person) for c in ("rest", "unknown"))

    assert unknown["high"] <= known["high"]
    assert unknown["low"] <= known["low"]


@given(
    st.sampled_from(["rest", "asleep", "recovering", "unknown", "active"]),
    st.floats(75, 250), st.floats(0, 60),
    st.one_of(st.none(), st.tuples(st.floats(40, 100), st.floats(2, 12))),
)  # fmt: skip
def test_a_faster_pulse_never_lowers_level_or_risk(context, rate, more, usual):
    slow, fast = (
        judged(CONDITION, minute(context, {"hr": usual} if usual else None, hr=value)).get(
            f"{CONDITION}:high"
        )
        for value in (rate, rate + more)
    )

    assert (0 if slow is None else slow.level) <= (0 if fast is None else fast.level)
    if slow is not None and fast is not None and usual is None:
        assert slow.risk <= fast.risk
