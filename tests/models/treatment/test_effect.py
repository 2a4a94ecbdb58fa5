from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.treatment.effect import compare

days = st.lists(st.floats(40, 120), min_size=3, max_size=28)


def stretch(chance: np.random.Generator, count: int, together: float) -> np.ndarray:
    """Days around 0 with standard deviation 1, each like the day before it."""
    noise, found = chance.normal(size=count), np.empty(count)
    found[0] = noise[0]
    for day in range(1, count):
        found[day] = together * found[day - 1] + np.sqrt(1 - together**2) * noise[day]
    return found


def test_the_effect_is_the_mean_after_less_the_mean_before() -> None:
    found = compare([60, 62, 61, 59, 60], [55, 54, 56, 55, 55])

    assert found is not None
    assert (found.before, found.after, found.change) == pytest.approx((60.4, 55.0, -5.4))
    assert (found.days_before, found.days_after) == (5, 5)


@pytest.mark.parametrize(
    ("before", "after"), [([], [1.0, 2.0]), ([60.0, 61.0], [55.0]), ([None] * 14, [60.0] * 9)]
)
def test_a_side_without_two_days_gives_no_effect(
    before: list[float | None], after: list[float | None]
) -> None:
    assert compare(before, after) is None


def test_days_without_a_value_are_left_out() -> None:
    with_gaps = compare([60, None, 62, 61, None, 59], [55, None, 54, 56])
    assert with_gaps is not None
    assert (with_gaps.before, with_gaps.days_before, with_gaps.days_after) == (60.5, 4, 3)


def test_days_that_never_vary_are_not_believed_to_be_exact() -> None:
    found = compare([60.0] * 14, [60.0] * 14, least=0.5)

    assert found is not None
    assert found.half > 0.2


@pytest.mark.parametrize("together", [0.0, 0.3, 0.5, 0.7])
@pytest.mark.parametrize(("before", "after"), [(14, 28), (14, 7), (7, 7), (5, 7), (3, 7)])
def test_the_effect_is_unbiased_and_nineteen_in_twenty_intervals_hold_it(
    before: int, after: int, together: float
) -> None:
    chance, effects, held = np.random.default_rng(95), [], 0
    for _ in range(500):
        # One stretch: the treatment's own day lies between, and counts on neither side.
        course = stretch(chance, before + 1 + after, together)
        found = compare((60 + course[:before]).tolist(), (52 + course[before + 1 :]).tolist())
        assert found is not None
        effects.append(found.change)
        held += abs(found.change + 8) <= found.half

    assert np.mean(effects) == pytest.approx(-8, abs=4 * np.std(effects) / np.sqrt(len(effects)))
    assert held / len(effects) >= 0.90


@given(days, days, st.floats(-20, 20))
def test_a_shift_of_all_days_after_shifts_the_effect_alone(
    before: list[float], after: list[float], shift: float
) -> None:
    one, other = compare(before, after), compare(before, [value + shift for value in after])

    assert one is not None and other is not None
    assert other.change == pytest.approx(one.change + shift, abs=1e-9)
    assert other.half == pytest.approx(one.half, rel=1e-6, abs=1e-6)


@given(days, days)
def test_turned_round_it_is_the_opposite(before: list[float], after: list[float]) -> None:
    one, other = compare(before, after), compare(after, before)

    assert one is not None and other is not None
    assert one.change == pytest.approx(-other.change)
    assert one.half == pytest.approx(other.half)
