"""What many wearers' answers teach, and that it is bounded, restorable and can be taken back."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.usefulness.cohorts import GRID, CohortData, Cohorts, Lesson
from tests.models.usefulness.answers import ADAPTATION, CLEAR, FAINT, FORECAST, new_cohorts
from tests.models.usefulness.test_situation import situations

LEARNING = ADAPTATION.learning
lessons = st.builds(
    lambda situation, useful, weight: Lesson(0, situation.pack(), useful, weight),
    situations, st.booleans(), st.sampled_from([1.0, 0.5, -1.0]),
)  # fmt: skip


def taught(*answers: tuple[object, bool]) -> Cohorts:
    cohorts = new_cohorts()
    for situation, useful in answers:
        cohorts.learn(Lesson(0, situation.pack(), useful))  # type: ignore[attr-defined]
    return cohorts


def test_before_any_answer_alerts_are_held_to_be_useful() -> None:
    assert new_cohorts().probability(FAINT) == pytest.approx(LEARNING.start)


def test_answers_move_the_share_their_way_and_that_of_alike_situations_less() -> None:
    cohorts = taught(*[(FAINT, False)] * 20)

    faint, clear, forecast = map(cohorts.probability, (FAINT, CLEAR, FORECAST))
    assert faint < clear < forecast < LEARNING.start + 0.01
    assert faint < 0.35


def test_a_cohort_with_few_answers_leans_on_the_others() -> None:
    other = FAINT._replace(age="65_to_79", sex="male")
    cohorts = taught(*[(FAINT, False)] * 30, *[(other, True)] * 3)

    assert cohorts.probability(FAINT) < cohorts.probability(other) < LEARNING.start


def test_what_separates_useful_from_useless_within_a_condition_is_found() -> None:
    cohorts = taught(*[(FAINT, False), (CLEAR, True)] * 25)

    assert cohorts.probability(FAINT) < 0.4
    assert cohorts.probability(CLEAR) > 0.7


def test_an_answer_taken_back_leaves_almost_nothing() -> None:
    cohorts = taught(*[(CLEAR, True)] * 10)
    before = cohorts.probability(FAINT)

    cohorts.learn(Lesson(0, FAINT.pack(), False))
    cohorts.learn(Lesson(0, FAINT.pack(), False, -1.0))

    assert cohorts.probability(FAINT) == pytest.approx(before, abs=0.02)
    assert cohorts.answers("anomaly") == 10


@settings(max_examples=30, deadline=None)
@given(st.lists(lessons, max_size=40))
def test_a_restored_classifier_goes_on_bit_equally(course: list[Lesson]) -> None:
    live = new_cohorts()
    for lesson in course:
        data = msgspec.msgpack.decode(msgspec.msgpack.encode(live.snapshot()), type=CohortData)
        again = Cohorts(LEARNING, data)
        for cohorts in (live, again):
            cohorts.learn(lesson)

        assert live.snapshot() == again.snapshot()
        assert live.probability(FAINT) == again.probability(FAINT)


@settings(max_examples=10, deadline=None)
@given(st.lists(lessons, max_size=12))
def test_no_weight_grows_beyond_its_bound(course: list[Lesson]) -> None:
    cohorts = taught(*[(FAINT, False)] * 300)
    for lesson in course:
        cohorts.learn(lesson)

    data = cohorts.snapshot()
    assert max(map(abs, [*data.weights.values(), data.intercept])) <= LEARNING.weight_bound * GRID
    assert min(data.answers.values()) >= 0


def test_each_answer_is_foretold_before_it_is_learnt() -> None:
    other = FAINT._replace(age="65_to_79")
    cohorts = taught(*[(FAINT, False)] * 30, (other, True))

    errors = cohorts.errors()

    assert errors["40_to_64/female"][0] == 30 and errors["65_to_79/female"][0] == 1
    first = taught((FAINT, False)).errors()["40_to_64/female"][1]
    assert first == pytest.approx(LEARNING.start**2, abs=1e-5)
    assert errors["40_to_64/female"][1] < first


def test_whatever_is_learnt_stays_small_to_store() -> None:
    cohorts = new_cohorts()
    for number in range(3000):
        cohorts.learn(Lesson(0, number * 7_919_993 % 600_000_000, bool(number % 3)))

    assert len(msgspec.msgpack.encode(cohorts.snapshot())) < 150_000
