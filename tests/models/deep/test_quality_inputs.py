from __future__ import annotations

import numpy as np
import pytest

from models.deep.beat_quality import CHANNELS, STATISTICS, quality_inputs
from tests.models.deep.hearts import bigeminy, fibrillation, sinus


def column(rows: np.ndarray, name: str) -> np.ndarray:
    return quality_inputs(rows)[1][:, STATISTICS.index(name)]


def test_a_window_becomes_a_sequence_and_statistics() -> None:
    sequence, statistics = quality_inputs(sinus(5))

    assert sequence.shape == (5, 60, CHANNELS)
    assert statistics.shape == (5, len(STATISTICS))
    assert sequence.dtype == statistics.dtype == np.float32
    assert np.isfinite(statistics).all()


def test_a_row_does_not_depend_on_its_neighbours() -> None:
    rows = np.concatenate([sinus(11), fibrillation(11), bigeminy(10)])
    together = quality_inputs(rows)

    for at in (0, 7, 15, 31):
        turned = quality_inputs(np.roll(rows, 32 - at, axis=0))
        assert all(np.array_equal(a[at], b[0]) for a, b in zip(together, turned, strict=True))


def test_rate_alone_changes_neither_the_sequence_nor_the_order() -> None:
    rows = fibrillation(4)

    slow, fast = quality_inputs(rows), quality_inputs(rows * 0.8)

    assert np.allclose(slow[0], fast[0], atol=1e-5)
    assert np.allclose(slow[1][:, -3:], fast[1][:, -3:], atol=1e-5)


def test_moved_detections_keep_the_time_and_fibrillation_does_not() -> None:
    rng = np.random.default_rng(3)
    moved = 800 + np.diff(rng.normal(0, 90, (50, 61)), axis=1)

    def grows(rows: np.ndarray) -> float:
        return float((column(rows, "time_8") - column(rows, "time_2")).mean())

    assert grows(moved) < 0.2
    assert grows(fibrillation(50)) > 0.5


def test_a_coarse_clock_leaves_few_lengths_far_apart() -> None:
    rows = fibrillation(20)

    clocked = np.round(rows / 120) * 120

    assert column(clocked, "apart").min() > 0.95
    assert column(rows, "apart").max() < 0.95
    assert column(clocked, "even").min() > 0.3


@pytest.mark.parametrize("rows", [np.full((2, 59), 800.0), np.full(60, 800.0)])
def test_another_shape_is_refused(rows: np.ndarray) -> None:
    with pytest.raises(ValueError, match="60"):
        quality_inputs(rows)


def test_a_value_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        quality_inputs(np.full((1, 60), np.nan))
