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
