from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.disease.hypertension import Pressure, known, told

HIGH = [138.0, 141, 136, 144, 139, 137, 142], [84.0, 86, 83, 88, 85, 82, 87]
USUAL = [121.0, 118, 124, 119, 122, 120, 117], [76.0, 74, 78, 75, 77, 74, 73]

days = st.lists(st.tuples(st.floats(90, 190), st.floats(50, 120)), min_size=3, max_size=7)


def estimate(systolic: list[float], diastolic: list[float], bmi: float = 23.0) -> Pressure:
    found = known(0, systolic, diastolic, bmi)
    assert found is not None
    return found


@pytest.mark.parametrize("count", [0, 1, 2])
def test_fewer_than_three_days_tell_nothing(count: int) -> None:
    assert known(0, HIGH[0][:count], HIGH[1][:count]) is None


def test_a_week_of_139_over_85_makes_it_probable() -> None:
    found = told(estimate(*HIGH))

    assert found.probability > 0.9
    assert [driver.signal for driver in found.drivers] == ["sbp", "dbp"]
    assert found.drivers[0].change == pytest.approx(4.6)


def test_a_usual_week_makes_it_improbable_and_needs_nothing_lower() -> None:
    found = told(estimate(*USUAL))

    assert found.probability < 0.01
    assert found.lowers == []


def test_a_mean_at_the_edge_is_as_likely_as_not() -> None:
    assert estimate([135.0] * 7, [70.0] * 7).probability == pytest.approx(5000, abs=20)


def test_a_high_diastolic_mean_alone_is_enough() -> None:
    assert estimate([118.0] * 7, [96.0] * 7).probability > 9500


def test_three_days_leave_it_less_sure_than_seven_and_ask_for_the_rest() -> None:
    three, seven = estimate(HIGH[0][:3], HIGH[1][:3]), estimate(*HIGH)

    assert three.high - three.low > seven.high - seven.low
    assert told(three).missing == ["readings by a cuff, morning and evening, on 7 days (3 so far)"]
    assert told(seven).missing == []


def test_measures_of_a_guideline_say_what_the_probability_would_be() -> None:
    found = told(estimate(*HIGH, bmi=31.0))

    assert found.lowers[0].startswith("a diet of vegetables")
    assert all("ACC/AHA 2017" in text for text in found.lowers)
    assert any("weight" in text for text in found.lowers)


def test_less_weight_is_no_advice_for_who_is_slim_or_of_unknown_weight() -> None:
    for bmi in (22.0, float("nan")):
        assert not any("weight" in text for text in told(estimate(*HIGH, bmi=bmi)).lowers)


def test_an_estimate_survives_its_snapshot_in_few_bytes() -> None:
    found = estimate(*HIGH)

    stored = msgspec.msgpack.encode(found)

    assert msgspec.msgpack.decode(stored, type=Pressure) == found
    assert len(stored) <= 70


@given(days)
def test_the_estimate_lies_within_its_interval(pairs: list[tuple[float, float]]) -> None:
    found = estimate([pair[0] for pair in pairs], [pair[1] for pair in pairs])

    assert 0 <= found.low <= found.probability <= found.high <= 10_000


@given(days, st.floats(0.5, 30))
def test_a_higher_pressure_never_makes_it_less_probable(
    pairs: list[tuple[float, float]], more: float
) -> None:
    lower = estimate([pair[0] for pair in pairs], [pair[1] for pair in pairs])
    higher = estimate([pair[0] + more for pair in pairs], [pair[1] + more for pair in pairs])

    assert higher.probability >= lower.probability


def test_the_probability_comes_true_as_often_as_it_says_and_repeats_within_its_interval() -> None:
    chance = np.random.default_rng(135)
    said, true, again = [], [], []
    for _ in range(2500):
        mean, count = chance.normal([132, 82], [9, 6]), int(chance.integers(3, 8))
        spread = np.array([8.6, 5.8]) * np.exp(chance.normal(0, 0.33))
        both = np.linalg.cholesky(np.outer(spread, spread) * [[1, 0.6], [0.6, 1]])
        first, second = (mean + chance.normal(size=(count, 2)) @ both.T for _ in range(2))
        found, repeated = (estimate(*week.T.tolist()) for week in (first, second))
        said.append(found.probability / 10_000)
        true.append(bool((mean >= [135, 85]).any()))
        again.append(found.low <= repeated.probability <= found.high)

    for low, high in ((0.0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1.01)):
        chosen = [i for i, p in enumerate(said) if low <= p < high]
        assert np.mean([true[i] for i in chosen]) == pytest.approx(
            np.mean([said[i] for i in chosen]), abs=0.06
        )
    assert np.mean(again) >= 0.90
