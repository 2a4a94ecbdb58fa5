from __future__ import annotations

import math

import pytest

from models.disease.variations import BETTER, Variation, person_asks
from tests.models.disease.people import person


def changes(*values: float) -> dict[tuple[str, str], float]:
    asks = [ask for ask in person_asks(person(*values), 0, 60_000) if isinstance(ask, Variation)]
    order = ("age", "male", "bmi", "pulse", "systolic", "diastolic")
    return {(ask.kind, ask.name): float(ask.row[order.index(ask.name)]) for ask in asks}


def test_the_person_as_measured_is_asked_about_last_and_unchanged() -> None:
    row = person(50, 1, 31, 70, 130, 80)

    own = [ask for ask in person_asks(row, 0, 60_000) if not isinstance(ask, Variation)]

    assert len(own) == 1
    assert own[0].row.tolist() == pytest.approx(row.tolist(), nan_ok=True)
    assert not isinstance(list(person_asks(row, 0, 60_000))[-1], Variation)


def test_what_is_known_is_asked_about_as_if_it_were_a_middle_person_s() -> None:
    assert changes(50, 1, 31)["without", "bmi"] == pytest.approx(26.9)


def test_what_is_unknown_is_asked_about_as_low_and_as_high() -> None:
    found = changes(50, 1)

    assert (found["low", "bmi"], found["high", "bmi"]) == pytest.approx((21.2, 34.6))
    assert ("without", "bmi") not in found


def test_a_weight_of_five_per_cent_less_is_asked_about() -> None:
    assert changes(50, 1, 32)["better", "bmi"] == pytest.approx(32 * 0.95)


@pytest.mark.parametrize(("values", "name"), [((50, 1, 26), "bmi"), ((50, 1, 24, 64), "pulse")])
def test_nothing_is_taken_below_what_is_healthy(values: tuple[float, ...], name: str) -> None:
    assert ("better", name) not in changes(*values)


def test_a_person_costs_a_dozen_rows_at_most() -> None:
    assert (
        max(len(list(person_asks(person(*values), 0, 1))) for values in [(50,), (60, 1, 40, 90, 150, 95)])
        <= 12
    )


def test_every_step_has_a_source() -> None:
    assert all(better.source for better in BETTER.values())
    assert not any(math.isnan(better.down_to) for better in BETTER.values())


def test_both_pressures_are_taken_as_one_thing() -> None:
    asks = [ask for ask in person_asks(person(50, 1, 31, 70, 150, 95), 0, 1) if isinstance(ask, Variation)]

    without = [ask for ask in asks if ask.kind == "without" and ask.name in ("systolic", "diastolic")]

    assert [ask.row[4:6].tolist() for ask in without] == [[117.0, 70.0]]
