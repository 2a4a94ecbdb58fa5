from __future__ import annotations

import numpy as np
import pytest

from models.training.calibration import fit_platt, log_loss, sigmoid, threshold_for_specificity


def test_platt_finds_what_was_put_in() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 3, 40_000)
    labels = rng.random(logits.size) < sigmoid(0.5 * logits - 1.0)

    slope, offset = fit_platt(logits, labels, np.ones(logits.size))

    assert slope == pytest.approx(0.5, abs=0.03)
    assert offset == pytest.approx(-1.0, abs=0.05)


def test_log_loss_does_not_overflow() -> None:
    assert log_loss(np.array([-900.0, 900.0]), np.array([False, True]), np.ones(2)) == 0.0


@pytest.mark.parametrize("budget", [0.0, 0.02, 0.1, 0.5])
def test_the_threshold_keeps_within_its_budget_and_uses_it(budget: float) -> None:
    scores, labels = np.linspace(0, 1, 1001), np.zeros(1001, dtype=bool)

    threshold = threshold_for_specificity(scores, labels, np.ones(1001), budget)

    called = float((scores >= threshold).mean())
    assert budget - 0.001 <= called <= budget


def test_weights_count_people_and_not_windows() -> None:
    scores = np.array([0.9] * 98 + [0.2, 0.1])
    weights = np.array([0.5 / 98] * 98 + [0.25, 0.25])

    assert threshold_for_specificity(scores, np.zeros(100, dtype=bool), weights, 0.6) == pytest.approx(0.2)
