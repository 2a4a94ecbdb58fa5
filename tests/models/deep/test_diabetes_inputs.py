from __future__ import annotations

import numpy as np
import pytest

from models.deep.diabetes import COLUMNS, NAMES, WIDTH, diabetes_inputs


def person(**known: float) -> np.ndarray:
    return np.array([[known.get(name, np.nan) for name in NAMES]])


def test_what_is_unknown_is_zero_and_flagged() -> None:
    (found,) = diabetes_inputs(person(age=50, glucose=140))

    assert found.shape == (1, WIDTH)
    flags = dict(zip(NAMES, found[0, -len(COLUMNS) :], strict=True))
    assert {name for name, flag in flags.items() if flag} == {"age", "glucose"}
    assert found[0, NAMES.index("bmi")] == 0


def test_no_pregnancy_is_known_and_not_missing() -> None:
    (found,) = diabetes_inputs(person(pregnancies=0))

    assert found[0, WIDTH - len(COLUMNS) + NAMES.index("pregnancies")] == 1


def test_a_row_is_derived_from_itself_alone() -> None:
    rows = np.random.default_rng(0).uniform(1, 100, (20, len(COLUMNS)))

    (together,) = diabetes_inputs(rows)

    assert all(np.array_equal(diabetes_inputs(rows[i : i + 1])[0][0], together[i]) for i in range(20))


def test_wrong_rows_are_refused() -> None:
    with pytest.raises(ValueError, match=r"are \[n, 11\]"):
        diabetes_inputs(np.ones((2, 10)))
    with pytest.raises(ValueError, match="infinite"):
        diabetes_inputs(np.full((1, 11), np.inf))
