from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.person import Person
from models.risk.found import Evidence
from models.signals.activity import Context
from models.treatment.following import observe
from models.treatment.state import Treatments
from models.treatment.table import HARMS
from tests.models.treatment.wearers import METOPROLOL, MINUTE, at, lasting, live, minute, taking, walking


def found(
    code: str, signal: str, value: float, before: float | None = None, context: Context = "rest"
) -> Evidence | None:
    """What a quarter of an hour shows in the afternoon of the day on which a medicine was begun."""
    state, person = Treatments(), taking(code, since=14)
    if before is not None:
        live(state, range(14), {signal: before}, context=context)
    told = lasting(state, at(14.6), {signal: value}, person, context)
    return told[-1] if told else None


def level(
    code: str, signal: str, value: float, before: float | None = None, context: Context = "rest"
) -> int:
    evidence = found(code, signal, value, before, context)
    return 0 if evidence is None else evidence.level


def test_a_pulse_of_45_after_a_beta_blocker_names_the_medicine_and_what_was_before() -> None:
    evidence = found(METOPROLOL, "hr", 45, before=68)

    assert evidence is not None
    assert (evidence.condition, evidence.side, evidence.level) == ("treatment", "low", 1)
    assert evidence.cause == "metoprolol (C07AB02), begun today"
    told = evidence.contributions[0]
    assert (told.signal, told.value, told.usual, told.change, told.share) == ("hr", 45, 68, -23, 1.0)
    assert evidence.delay_ms == 0


@pytest.mark.parametrize(
    ("value", "before", "expected"),
    [
        (46, None, 1), (47, None, 0), (40, None, 2), (41, None, 1),
        (45, 56, 1), (45, 54, 0),  # it was near there before
        (49, 70, 1), (49, 69, 0), (50, 80, 0),  # a fall of more than 20 to below 50
        (40, 48, 0), (40, 50, 2),
    ],
)  # fmt: skip
def test_edges_of_a_slow_pulse(value: float, before: float | None, expected: int) -> None:
    assert level(METOPROLOL, "hr", value, before) == expected


@pytest.mark.parametrize(
    ("value", "context", "expected"),
    [(41, "asleep", 0), (40, "asleep", 1), (34, "asleep", 2), (41, "unknown", 1), (40, "active", 0)],
)
def test_sleep_needs_a_slower_pulse_and_effort_is_not_judged(
    value: float, context: Context, expected: int
) -> None:
    assert level(METOPROLOL, "hr", value, None, context) == expected


@pytest.mark.parametrize(
    ("code", "signal", "value", "before", "expected"),
    [
        ("C09AA05", "sbp", 99, 140, 1), ("C09AA05", "sbp", 100, 140, 0), ("C09AA05", "sbp", 90, 140, 2),
        ("C09AA05", "sbp", 91, 140, 1), ("C09AA05", "sbp", 98, 104, 0),
        ("N02AA01", "rr", 10, None, 1), ("N02AA01", "rr", 11, None, 0), ("N02AA01", "rr", 8, None, 2),
        ("N02AA01", "rr", 9, None, 1),
        ("A10BB12", "glucose", 69, 150, 1), ("A10BB12", "glucose", 70, 150, 0),
        ("A10AE04", "glucose", 53, 150, 2), ("A10AE04", "glucose", 54, 150, 1),
        ("H02AB06", "glucose", 251, 110, 1), ("H02AB06", "glucose", 250, 110, 0),
        ("H02AB06", "glucose", 400, 110, 1),
        ("H03AA01", "hr", 112, 80, 1), ("H03AA01", "hr", 110, 80, 0), ("H03AA01", "hr", 112, 100, 0),
        ("R03AC02", "hr", 131, None, 2), ("R03AC02", "hr", 130, None, 0),
    ],
)  # fmt: skip
def test_edges_of_every_other_harm(
    code: str, signal: str, value: float, before: float | None, expected: int
) -> None:
    context: Context = "rest" if signal != "rr" else "asleep"

    assert level(code, signal, value, before, context) == expected


@pytest.mark.parametrize(("code", "signal", "value"), [("A10BA02", "glucose", 50), ("C09AA05", "hr", 40)])
def test_a_medicine_that_cannot_do_it_is_not_blamed(code: str, signal: str, value: float) -> None:
    assert found(code, signal, value) is None


def test_a_habit_harms_nobody() -> None:
    state = Treatments()

    assert lasting(state, at(15.5), {"hr": 38.0}, walking(since=14)) == []


def test_blood_pressure_without_a_cuff_is_no_harm() -> None:
    told = lasting(Treatments(), at(15), {"sbp": 85.0}, taking("C09AA05"), cuffless=True)

    assert told == []


def test_two_medicines_that_slow_the_pulse_are_both_named() -> None:
    told = lasting(Treatments(), at(16.6), {"hr": 42.0}, taking(METOPROLOL, "C08DA01", since=14))

    assert told[0].cause == (
        "metoprolol (C07AB02), begun 2 days ago and verapamil (C08DA01), begun 2 days ago"
    )


def test_what_happens_before_the_start_or_after_four_weeks_is_not_blamed_on_it() -> None:
    state, person = Treatments(), taking(METOPROLOL, since=14)
    observe(state, minute(at(14), {"hr": 60.0}), person)

    assert lasting(state, at(14) - 60 * MINUTE, {"hr": 38.0}, person) == []
    assert lasting(state, at(43.5), {"hr": 38.0}, person) == []


def test_a_pulse_that_has_recovered_is_freedom_from_harm() -> None:
    state, person = Treatments(), taking(METOPROLOL)
    lasting(state, at(14.6), {"hr": 42.0}, person)

    told = observe(state, minute(at(14.6) + 18 * MINUTE, {"hr": 62.0}), person)

    assert [(evidence.side, evidence.level) for evidence in told] == [("low", 0)]


def test_one_vital_that_is_well_does_not_end_what_another_shows() -> None:
    state, person = Treatments(), taking(METOPROLOL)
    lasting(state, at(14.6), {"sbp": 88.0}, person, minutes=2)

    soon = observe(state, minute(at(14.6) + 10 * MINUTE, {"hr": 62.0}), person)
    later = observe(state, minute(at(14.8), {"hr": 62.0}), person)

    assert soon == []
    assert [evidence.level for evidence in later] == [0]


def test_a_stopped_medicine_is_blamed_no_more() -> None:
    state = Treatments()
    assert lasting(state, at(14.6), {"hr": 42.0}, taking(METOPROLOL, until=15))

    assert lasting(state, at(15.6), {"hr": 42.0}, taking(METOPROLOL, until=15)) == []


def test_a_wearer_without_treatments_costs_and_tells_nothing() -> None:
    state = Treatments()

    assert lasting(state, at(14.6), {"hr": 42.0}, Person()) == []
    assert state.runs == {}


@given(st.floats(25, 120), st.floats(25, 120), st.one_of(st.none(), st.floats(40, 110)))
def test_a_slower_pulse_is_never_less_harm(one: float, other: float, before: float | None) -> None:
    lower, higher = sorted((one, other))
    worse, better = (found(METOPROLOL, "hr", value, before) for value in (lower, higher))

    assert worse is not None and better is not None
    assert worse.level >= better.level
    assert worse.risk >= better.risk


def test_in_sleep_a_fall_of_more_than_twenty_is_harm_and_a_very_slow_pulse_is_sooner() -> None:
    assert level(METOPROLOL, "hr", 40, 61, "asleep") == 1
    assert level(METOPROLOL, "hr", 40, 59, "asleep") == 0
    assert level(METOPROLOL, "hr", 34, 45, "asleep") == 2


def test_a_slow_pulse_is_told_after_ten_minutes_of_it_and_a_graver_one_after_ten_of_that() -> None:
    state, person = Treatments(), taking(METOPROLOL)

    slow = lasting(state, at(14.6), {"hr": 44.0}, person, minutes=12)
    slower = lasting(state, at(14.6) + 12 * MINUTE, {"hr": 38.0}, person, minutes=12)

    assert [(found.time - at(14.6)) // MINUTE for found in slow] == [10, 11]
    assert [found.level for found in slower] == [1] * 10 + [2] * 2


def test_minutes_of_a_slow_pulse_that_lie_apart_are_no_harm() -> None:
    state, person = Treatments(), taking(METOPROLOL)

    told = [
        found
        for k in range(12)
        for found in observe(state, minute(at(14.5) + k * 7 * MINUTE, {"hr": 43.0}), person)
    ]

    assert told == []


def test_one_low_reading_by_a_cuff_waits_for_another() -> None:
    state, person = Treatments(), taking("C09AA05")

    first = observe(state, minute(at(14.6), {"sbp": 95.0}), person)
    second = observe(state, minute(at(14.6) + 2 * MINUTE, {"sbp": 96.0}), person)

    assert first == []
    assert [found.level for found in second] == [1]


@pytest.mark.parametrize("day", [15.0, 15.1, 15.395, 15.9])
def test_rest_at_night_is_no_sleep(day: float) -> None:
    state, person = Treatments(), taking(METOPROLOL)
    live(state, range(14), {"hr": 66.0})

    assert lasting(state, at(day), {"hr": 42.0}, person)[-1].level == 1


@pytest.mark.parametrize(("day", "offset", "level"), [(15.1, 0, 0), (15.3, 0, 1), (15.3, -120, 0)])
def test_of_whom_nobody_knows_what_they_do_may_sleep_from_midnight_to_six_local(
    day: float, offset: int, level: int
) -> None:
    state, person = Treatments(), taking(METOPROLOL)

    told = lasting(state, at(day), {"hr": 42.0}, person, "unknown", utc_offset=offset)

    assert told[-1].level == level


def test_sleep_is_held_against_the_nights_before() -> None:
    state, person = Treatments(), taking(METOPROLOL)
    for day in range(14):
        live(state, [day], {"hr": 70.0})
        lasting(state, at(day + 0.9), {"hr": 52.0}, Person(), "asleep", minutes=40)

    assert {found.level for found in lasting(state, at(15.1), {"hr": 44.0}, person, "asleep")} == {0}
    assert {found.level for found in lasting(state, at(15.2), {"hr": 39.0}, person, "asleep")} == {0}
    assert lasting(state, at(15.6), {"hr": 44.0}, person)[-1].level == 1


def test_every_row_has_a_source_and_edges_in_order() -> None:
    for rule in HARMS:
        sign = -1 if rule.side == "low" else 1
        assert rule.source
        assert rule.severe is None or sign * rule.severe >= sign * rule.edge
        assert rule.far is None or sign * rule.far <= sign * rule.edge
