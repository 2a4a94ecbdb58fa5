from __future__ import annotations

import numpy as np
import pytest

from models.deep.glucose import SHAPES, STEPS, glucose_inputs


def days(count: int = 1) -> np.ndarray:
    rows = np.zeros((count, STEPS, 3))
    rows[:, :, 0] = 120 + 30 * np.sin(np.arange(STEPS) / 5)
    rows[:, :, 2] = (np.arange(STEPS) * 15) % 1440
    return rows


def test_shapes_are_those_that_the_network_takes() -> None:
    parts = glucose_inputs(days(3))

    assert [part.shape for part in parts] == [(3, *shape) for shape in SHAPES.values()]
    assert all(np.isfinite(part).all() for part in parts)


def test_a_gap_is_flagged_and_carried_forward() -> None:
    rows = days()
    rows[0, -5:-1, 0] = np.nan

    recent, _, _ = glucose_inputs(rows)

    assert recent[0, -5:-1, 2].tolist() == [0, 0, 0, 0]
    assert recent[0, -2, 3] == 1.0
    assert recent[0, -5, 0] == recent[0, -6, 0]


def test_all_but_the_newest_reading_may_be_missing() -> None:
    rows = np.full((1, STEPS, 3), np.nan)
    rows[0, -1, 0] = 90

    assert all(np.isfinite(part).all() for part in glucose_inputs(rows))


def test_a_missing_newest_reading_is_refused() -> None:
    rows = days()
    rows[0, -1, 0] = np.nan

    with pytest.raises(ValueError, match="newest"):
        glucose_inputs(rows)


def test_a_row_is_derived_from_itself_alone() -> None:
    rows = days(6) + np.random.default_rng(0).normal(0, 3, (6, STEPS, 3))
    together = glucose_inputs(rows)

    for i in range(6):
        alone = glucose_inputs(rows[i : i + 1])
        assert all(np.array_equal(a[0], t[i]) for a, t in zip(alone, together, strict=True))
