from __future__ import annotations

import numpy as np

from models.training.unusual.table import knots_and_slopes, share_gap, tables


def rarity(errors: np.ndarray, knots: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    return (np.maximum(np.log(errors)[:, None] - knots, 0) * slopes).sum(axis=1)


def test_the_table_gives_back_the_share_of_ordinary_hours_beyond() -> None:
    errors = np.random.default_rng(1).gamma(3, 2, 20_000)

    said = rarity(errors, *knots_and_slopes(errors))

    assert share_gap(said) < 0.01
    for level in (0.5, 1.0, 2.0):
        assert abs(np.mean(said >= level) - 10**-level) < 0.1 * 10**-level


def test_rarity_rises_beyond_what_was_ever_seen() -> None:
    knots, slopes = knots_and_slopes(np.random.default_rng(2).gamma(3, 2, 5000))

    said = rarity(np.array([30.0, 300.0, 3000.0]), knots, slopes)

    assert (np.diff(said) > 0.5).all()


def test_each_group_has_its_own_table() -> None:
    rng = np.random.default_rng(3)
    errors, flags = np.concatenate([rng.gamma(2, 1, 3000), rng.gamma(8, 1, 3000)]), np.zeros((6000, 2))
    flags[:3000, 0] = flags[3000:, 1] = 1

    knots, slopes = tables(errors, flags)

    for group in (0, 1):
        assert share_gap(rarity(errors[flags[:, group] > 0], knots[group], slopes[group])) < 0.01


def test_a_percentile_that_always_says_the_same_is_far_from_uniform() -> None:
    assert share_gap(np.full(100, 0.301)) > 0.2
