from __future__ import annotations

from models.person import Person
from models.treatment.following import follow_record
from models.treatment.state import Treatments
from models.view import Observation
from tests.models.treatment.wearers import METOPROLOL, at, minute, taking


def test_harm_is_told_with_the_minute_that_shows_it() -> None:
    state = Treatments()
    views = [minute(at(14.1), {"hr": 62.0}), minute(at(14.1) + 60_000, {"hr": 43.0})]

    told = list(follow_record(state, Observation(views), taking(METOPROLOL)))

    assert [(evidence.level, view) for evidence, view in told] == [(0, views[0]), (1, views[1])]


def test_a_profile_is_followed_from_the_next_minute_on() -> None:
    state = Treatments()
    list(follow_record(state, Observation([minute(at(14.1), {"hr": 43.0})]), Person()))

    list(follow_record(state, Observation(another=True), taking(METOPROLOL)))
    told = list(
        follow_record(state, Observation([minute(at(14.1) + 60_000, {"hr": 43.0})]), taking(METOPROLOL))
    )

    assert [evidence.level for evidence, _ in told] == [1]
