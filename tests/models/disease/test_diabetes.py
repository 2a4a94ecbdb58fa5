from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.deep.manifest import read_manifest
from models.deep.networks import COMMITTED, Networks
from models.disease.diabetes import Known, known, told
from models.disease.spread import VERSION, standard_error
from tests.models.disease.people import asked, estimated, person
from tests.models.training.shared import SHARED


def test_the_estimate_is_the_network_s_answer_to_the_person(networks: Networks) -> None:
    row = person(55, 1, 33, 80, 142, 88)

    found = told(estimated(networks, row))

    assert found.probability == pytest.approx(float(networks.run("diabetes", row[None])[0]), abs=1e-4)
    assert found.low < found.probability < found.high


def test_age_and_weight_drive_the_estimate_of_an_older_heavy_person(networks: Networks) -> None:
    found = told(estimated(networks, person(62, 0, 34, 72, 117, 70)))

    assert [driver.signal for driver in found.drivers] == ["age", "bmi"]
    assert sum(driver.share or 0.0 for driver in found.drivers) == pytest.approx(1.0, abs=0.02)
    assert found.drivers[0].change == pytest.approx(20)


def test_a_young_slim_person_has_nothing_that_drives_and_nothing_to_lower(networks: Networks) -> None:
    found = told(estimated(networks, person(25, 0, 21, 60, 105, 66)))

    assert found.drivers == []
    assert found.lowers == []


def test_less_weight_is_what_lowers_most_and_says_by_how_much(networks: Networks) -> None:
    found = told(estimated(networks, person(55, 1, 33, 80, 142, 88)))

    assert found.lowers[0].startswith("weight 5 % lower (bmi 33.0 to 31.3): 15.8 % to 13.8 %")


def test_the_missing_are_named_the_dearest_first(networks: Networks) -> None:
    found = told(estimated(networks, person(60)))

    assert found.missing[0] == "height and weight in the profile"
    assert found.missing.count("blood pressure by a cuff") == 1
    assert found.missing[-1] == "a laboratory's HbA1c or fasting glucose"


def test_what_was_not_answered_is_left_out_and_the_rest_stands(networks: Networks) -> None:
    asks = asked(networks, person(55, 1, 33))
    for ask in asks[:-1]:
        ask.answer = None

    (found,) = known(asks)

    assert found.probability > 0
    assert (found.shares, found.lower) == ({}, {})


def test_a_person_who_was_not_asked_about_has_no_estimate() -> None:
    assert list(known([])) == []


def test_two_days_give_two_estimates_in_order(networks: Networks) -> None:
    asks = [*asked(networks, person(55, 1, 33), 0), *asked(networks, person(55, 1, 31), 86_400_000)]

    first, second = known(asks)

    assert first.time < second.time
    assert first.probability > second.probability


def test_an_estimate_survives_its_snapshot_in_few_bytes(networks: Networks) -> None:
    found = estimated(networks, person(55, 1, 33, 80, 142, 88))

    stored = msgspec.msgpack.encode(found)

    assert told(msgspec.msgpack.decode(stored, type=Known)) == told(found)
    assert len(stored) <= 150


@settings(max_examples=40, deadline=None)
@given(
    values=st.tuples(
        st.floats(18, 90),
        st.sampled_from([0.0, 1.0]),
        st.floats(17, 50),
        st.floats(45, 110),
        st.floats(90, 180),
        st.floats(50, 110),
    ),
    hidden=st.sets(st.integers(1, 5)),
)
def test_an_unknown_input_never_makes_the_estimate_surer(
    networks: Networks, values: tuple[float, ...], hidden: set[int]
) -> None:
    whole, less = person(*values), person(*values)
    less[list(hidden)] = np.nan

    found = estimated(networks, less)

    def width(low: int, high: int) -> float:
        return float(np.log(high / (10_000 - high)) - np.log(max(low, 1) / (10_000 - max(low, 1))))

    sampling = 2 * 1.6449 * standard_error(less)
    assert width(found.low, found.high) >= sampling - 0.3 if hidden else True
    assert standard_error(whole) > 0


def test_the_table_of_spread_belongs_to_the_network_that_ships() -> None:
    assert read_manifest(COMMITTED).active()["diabetes"].version == VERSION


def test_nine_in_ten_intervals_hold_what_would_be_said_were_everything_known(networks: Networks) -> None:
    rows, _ = _survey()
    chance = np.random.default_rng(7)
    held = 0
    people = rows[chance.choice(len(rows), 200, replace=False)]
    for row in people:
        less = row.copy()
        less[1 + chance.choice(5, 2, replace=False)] = np.nan
        found = estimated(networks, less)
        held += found.low <= 10_000 * float(networks.run("diabetes", row[None])[0]) <= found.high

    assert held / len(people) >= 0.90


def test_the_observed_share_of_every_fifth_lies_within_the_intervals_of_its_people(
    networks: Networks,
) -> None:
    rows, labels = _survey()
    answers = networks.run("diabetes", rows)
    for fifth in np.array_split(np.argsort(answers), 5):
        found = [estimated(networks, rows[i]) for i in fifth[::8]]
        low, high = (np.mean([getattr(known, end) for known in found]) / 10_000 for end in ("low", "high"))
        chance = 1.645 * np.sqrt(max(labels[fifth].mean(), 0.01) / len(fifth))
        assert low - chance <= labels[fifth].mean() <= high + chance


def test_the_table_of_spread_comes_out_of_the_survey_again() -> None:
    rows, labels = _survey()
    from models.training.diabetes.spread import covariance

    again = covariance(rows, labels, draws=400)

    from models.deep.diabetes import diabetes_inputs
    from models.disease.spread import TERMS

    people = rows[::20]
    x = np.column_stack([diabetes_inputs(people)[0][:, TERMS], np.ones(len(people))])
    errors = np.sqrt(np.einsum("ij,jk,ik->i", x, again, x))
    assert [standard_error(row) for row in people] == pytest.approx(errors.tolist(), rel=0.2)


def _survey() -> tuple[np.ndarray, np.ndarray]:
    if not (SHARED / "nhanes_2009_12").exists():
        pytest.skip("the survey is not here")
    from models.training.diabetes.data import load_table

    table = load_table(SHARED / "nhanes_2009_12")
    whole = ~np.isnan(table.rows[:, :6]).any(axis=1)
    return table.rows[whole], table.labels[whole]


def test_nine_in_ten_intervals_hold_the_truth_of_made_up_surveys() -> None:
    rows, labels = _survey()
    from models.deep.diabetes import diabetes_inputs
    from models.training.calibration import fit_logistic, fit_platt, sigmoid

    inputs, even = diabetes_inputs(rows)[0].astype(float), np.ones(len(rows))
    weights, offset = fit_logistic(inputs, labels, even, 5.0)
    truth, chance, held = inputs @ weights + offset, np.random.default_rng(3), []
    reach = np.array([1.6449 * standard_error(row) for row in rows])
    for _ in range(24):
        # A survey of the same people drawn from the truth, and the network's own way of learning from it.
        drawn, told = chance.random(len(rows)) < sigmoid(truth), np.empty(len(rows))
        for fold in np.array_split(chance.permutation(len(rows)), 5):
            rest = np.setdiff1d(np.arange(len(rows)), fold)
            own, level = fit_logistic(inputs[rest], drawn[rest], even[rest], 30.0)
            told[fold] = inputs[fold] @ own + level
        own, level = fit_logistic(inputs, drawn, even, 30.0)
        slope, shift = fit_platt(told, drawn, even)
        held.append(np.mean(np.abs((inputs @ own + level) * slope + shift - truth) <= reach))

    assert np.mean(held) >= 0.90
