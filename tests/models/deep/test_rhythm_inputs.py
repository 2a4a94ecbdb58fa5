from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.deep.rhythm import FEATURE_NAMES, rhythm_inputs
from tests.models.deep.hearts import bigeminy, fibrillation, sinus


def column(rows: np.ndarray, name: str) -> np.ndarray:
    return rhythm_inputs(rows)[1][:, FEATURE_NAMES.index(name)]


def test_a_window_becomes_a_sequence_and_a_row_of_statistics() -> None:
    sequence, statistics = rhythm_inputs(sinus(7))

    assert (sequence.shape, sequence.dtype) == ((7, 60, 3), np.float32)
    assert (statistics.shape, statistics.dtype) == ((7, len(FEATURE_NAMES)), np.float32)


def test_no_name_stands_twice() -> None:
    assert len(set(FEATURE_NAMES)) == len(FEATURE_NAMES)


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.floats(1, 20_000), min_size=60, max_size=60))
def test_any_intervals_give_finite_inputs(intervals: list[float]) -> None:
    sequence, statistics = rhythm_inputs(np.array([intervals]))

    assert np.isfinite(sequence).all()
    assert np.isfinite(statistics).all()


def test_a_row_is_derived_alike_whatever_its_neighbours() -> None:
    rows, rng = np.concatenate([sinus(40), fibrillation(40), bigeminy(40)]), np.random.default_rng(0)
    sequence, statistics = rhythm_inputs(rows)

    for size in (1, 2, 31, 32, 33, 100):
        chosen = rng.permutation(len(rows))[:size]
        again = rhythm_inputs(rows[chosen])
        assert np.array_equal(again[0], sequence[chosen])
        assert np.array_equal(again[1], statistics[chosen])


def test_a_repeating_pattern_foretells_itself_and_fibrillation_does_not() -> None:
    assert column(bigeminy(50), "foretold_half").max() < column(fibrillation(50), "foretold_half").min()


def test_other_shapes_and_values_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\[n, 60\]"):
        rhythm_inputs(np.ones((2, 59)))
    with pytest.raises(ValueError, match="not finite"):
        rhythm_inputs(np.full((1, 60), np.nan))
