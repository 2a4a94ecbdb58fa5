from __future__ import annotations

from models.person import Person
from models.treatment.following import follow_record
from models.treatment.state import Treatments
from models.view import Observation
from tests.models.treatment.wearers import METOPROLOL, MINUTE, at, minute, taking


def test_harm_is_told_with_the_minute_that_shows_it() -> None:
    state = Treatments()
    views = [minute(at(14.6) + k * MINUTE, {"hr": 43.0 if k else 62.0}) for k in range(12)]

    told = list(follow_record(state, Observation(views), taking(METOPROLOL)))

    assert [(evidence.level, view) for evidence, view in told] == [(0, views[0]), (1, views[11])]


def test_a_profile_is_followed_from_the_next_minute_on() -> None:
    state, person = Treatments(), taking(METOPROLOL)
    list(follow_record(state, Observation([minute(at(14.6), {"hr": 63.0})]), Person()))

    list(follow_record(state, Observation(another=True), person))
    told = list(follow_record(state, Observation([minute(at(14.6) + MINUTE, {"hr": 63.0})]), person))

    assert [evidence.level for evidence, _ in told] == [0]


def test_a_late_minute_from_before_a_start_ends_nothing_and_delays_nothing() -> None:
    """Given a profile that was just set, I expect the medicine watched before, at and after a late minute."""
    state, person = Treatments(), taking(METOPROLOL)
    watched = []

    for another, time in (
        (True, at(14) + 5 * MINUTE),
        (True, at(14) - 5 * MINUTE),
        (False, at(14) + 6 * MINUTE),
    ):
        views = [minute(time, {"hr": 63.0})]
        list(follow_record(state, Observation(views, another=another), person))
        watched.append([treatment.code for treatment in state.watched])

    assert watched == [[METOPROLOL]] * 3


def test_a_medicine_is_watched_from_its_start_not_from_the_next_hour() -> None:
    state, person = Treatments(), taking(METOPROLOL, since=14.01)
    begin = at(14.01)

    for time in (begin - MINUTE, begin + MINUTE):
        list(follow_record(state, Observation([minute(time, {"hr": 63.0})]), person))

    assert [treatment.code for treatment in state.watched] == [METOPROLOL]
