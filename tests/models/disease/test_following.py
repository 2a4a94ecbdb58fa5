from __future__ import annotations

from models.clinical.blood_pressure import DayMean, Reading
from models.clinical.moment import Moment
from models.deep.networks import Networks
from models.disease.following import follow_record
from models.disease.longterm import DAY, estimates
from models.disease.state import LongTerm
from models.person import Person
from models.view import Observation, View
from tests.models.disease.people import asked, person

WEEK_OF_HIGH = tuple(DayMean(day, 151.0, 96.0) for day in range(5))


def reading(time: int) -> View:
    """A minute in which a cuff was used, after days of high readings."""
    return View(time, clinical=Moment((Reading(time // 60_000, 151, 96),), WEEK_OF_HIGH))


def test_readings_and_answers_of_one_record_become_estimates_and_one_word(networks: Networks) -> None:
    state = LongTerm()
    observation = Observation([reading(5 * DAY), View(5 * DAY + 60_000)], asked(networks, person(62, 1, 36)))

    told = list(follow_record(state, observation, Person(height_cm=180, weight_kg=117)))

    assert set(estimates(state, DAY)) == {"diabetes", "hypertension"}
    assert [(evidence.condition, evidence.level) for evidence, _ in told] == [("long_term_risk", 1)]
    assert told[0][1] is observation.views[0]
    assert any("weight" in text for text in estimates(state, DAY)["hypertension"].lowers)


def test_other_facts_void_what_rests_on_the_old_ones(networks: Networks) -> None:
    state = LongTerm()
    list(follow_record(state, Observation(asks=asked(networks, person(62, 1, 36))), Person()))

    list(follow_record(state, Observation(another=True), Person()))

    assert estimates(state, 0) == {}


def test_a_record_that_says_nothing_of_it_tells_nothing() -> None:
    assert list(follow_record(LongTerm(), Observation([View(DAY)]), Person())) == []
