from __future__ import annotations

import msgspec
import numpy as np
import pytest

from models.person import Kept, Person, Taken
from models.treatment.effect import compare
from models.treatment.following import changed, observe
from models.treatment.responses import _verdict, overlapping, responses
from models.treatment.signals import TABLE
from models.treatment.state import Treatments
from streams.records import Response
from tests.models.treatment.test_effect import stretch
from tests.models.treatment.wearers import METOPROLOL, at, live, minute, taking, walking


def course(
    person: Person, before: float, after: float, days: int, start: int = 14, seed: int = 1
) -> Treatments:
    """Days of resting pulse around one level and then another."""
    chance, state = np.random.default_rng(seed), Treatments()
    for day in range(days):
        level = (before if day < start else after) + chance.normal(0, 1.5)
        live(state, [day], {"hr": level}, person)
    return state


def only(state: Treatments) -> Response:
    (found,) = responses(state)
    return found


def test_nothing_is_told_before_anything_was_begun() -> None:
    assert responses(course(Person(), 70, 60, 20)) == []


def test_it_is_too_early_first_and_changed_once_a_week_shows_it() -> None:
    verdicts = [only(course(taking(METOPROLOL), 70, 60, days)).verdict for days in range(15, 25)]

    assert verdicts[0] == "too_early"
    assert verdicts[-1] == "changed"
    assert verdicts == sorted(verdicts, key=["too_early", "changed"].index)


def test_a_change_is_told_with_its_interval() -> None:
    found = only(course(taking(METOPROLOL), 70, 60, 30))

    assert (found.code, found.signal, found.verdict, found.started) == (
        METOPROLOL,
        "hr@rest",
        "changed",
        at(14),
    )
    assert found.effect == pytest.approx(-10, abs=1.5)
    assert found.low is not None and found.high is not None
    assert found.low < -8.5 and -11.5 < found.high < 0
    assert found.days == 15


def test_a_habit_that_changes_nothing_is_told_so_in_the_end() -> None:
    found = only(course(walking(), 66, 66, 60))

    assert (found.code, found.verdict) == ("walking", "no_clear_change")


def test_nothing_is_said_of_what_was_not_known_before() -> None:
    state = Treatments()

    live(state, range(3, 20), {"temp": 36.6}, taking(METOPROLOL, since=2))

    assert responses(state) == []
    assert len(state.watched) == 1


def test_a_profile_that_comes_ten_days_late_is_compared_with_the_days_before_the_start() -> None:
    chance, state = np.random.default_rng(1), Treatments()
    for day in range(24):
        live(state, [day], {"hr": (70 if day < 14 else 60) + chance.normal(0, 1.5)}, Person())
    live(state, [24], {"hr": 60.0}, taking(METOPROLOL, since=14))

    found = only(state)

    assert found.before == pytest.approx(70, abs=1.5)
    assert found.after == pytest.approx(60, abs=1.5)
    assert found.days == 10


def test_a_changed_profile_counts_from_the_next_minute_on() -> None:
    state = course(Person(), 70, 70, 14)
    observe(state, minute(at(13.9), {"hr": 70.0}), Person())

    changed(state)
    observe(state, minute(at(13.9) + 60_000, {"hr": 70.0}), taking(METOPROLOL, since=13.8))

    assert [treatment.code for treatment in state.watched] == [METOPROLOL]


def test_a_stopped_medicine_is_no_longer_watched() -> None:
    assert course(taking(METOPROLOL, until=18), 70, 60, 25).watched == []


def test_a_start_that_nobody_knows_is_not_watched() -> None:
    person = Person(medicines=(Taken(METOPROLOL, None),))

    assert course(person, 70, 60, 20).watched == []


def test_the_newest_four_are_watched() -> None:
    codes = ["C07AB02", "C09AA05", "A10BA02", "N02AA01", "C08CA01"]
    person = Person(medicines=tuple(Taken(code, at(10 + i)) for i, code in enumerate(codes)))

    state = course(person, 70, 60, 20)

    assert [treatment.code for treatment in state.watched] == codes[:0:-1]


def test_what_overlaps_is_said() -> None:
    person = Person(
        medicines=(Taken(METOPROLOL, at(14)), Taken("C09AA05", at(17))), habits=(Kept("walking", at(2)),)
    )

    state = course(person, 70, 60, 22)

    metoprolol = next(treatment for treatment in state.watched if treatment.code == METOPROLOL)
    assert overlapping(state, metoprolol) == ["C09AA05", "walking"]


def test_after_four_weeks_the_result_is_final_although_its_days_are_gone() -> None:
    person = taking(METOPROLOL)
    early, late = course(person, 70, 60, 44), course(person, 70, 60, 80)

    assert only(early) == only(late)
    assert only(late).days == 28
    assert late.watched[0].before == b""


def test_a_result_is_final_too_when_the_wearer_was_away_as_it_became_so() -> None:
    person = taking(METOPROLOL)
    state = course(person, 70, 60, 30)
    before = only(state)

    live(state, [55], {"hr": 60.0}, person)

    assert only(state).effect == pytest.approx(before.effect, abs=0.5)


def test_a_result_is_told_for_three_months() -> None:
    assert responses(course(taking(METOPROLOL), 70, 60, 110)) == []


def test_a_treatment_of_all_vitals_fits_into_150_bytes_and_goes_on_from_its_snapshot() -> None:
    state, everything = Treatments(), {row.signal: row.value(100) for row in TABLE}
    person = taking(METOPROLOL)
    for day in range(20):
        live(state, [day], everything, person)
        for k in range(40):
            observe(state, minute(at(day + 0.8) + k * 60_000, everything, "asleep"), person)

    stored = msgspec.msgpack.encode(state)
    again = msgspec.msgpack.decode(stored, type=Treatments)

    assert len(msgspec.msgpack.encode(state.watched[0])) <= 150
    assert responses(again) == responses(state)
    assert len(responses(state)) == len(TABLE)
    live(state, [21, 22], everything, person)
    live(again, [21, 22], everything, person)
    assert again == state


@pytest.mark.parametrize("together", [0.0, 0.4, 0.7])
def test_a_treatment_that_does_nothing_is_seldom_said_to_have_changed_something_although_looked_at_daily(
    together: float,
) -> None:
    chance, row, called, trials = np.random.default_rng(5), TABLE[0], 0, 150
    for _ in range(trials):
        days = stretch(chance, 43, together) * 2.0 + 60.0
        looks = [
            (compare(days[:14].tolist(), days[15 : 15 + k].tolist(), row.step), k == 28) for k in range(7, 29)
        ]
        called += any(_verdict(row, effect, over) == "changed" for effect, over in looks if effect)

    assert called / trials <= 0.10
