from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from models.training.metrics import (
    auprc,
    auroc,
    bootstrap,
    brier,
    expected_calibration_error,
    figures,
    interval,
    min_se_ppv,
)


def test_auroc_agrees_with_scikit_learn_also_with_ties() -> None:
    rng = np.random.default_rng(0)
    labels = rng.random(500) < 0.3
    scores = np.round(rng.normal(labels, 1.0), 1)

    assert auroc(scores, labels) == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)


def test_auroc_of_one_class_does_not_exist() -> None:
    assert math.isnan(auroc(np.array([0.1, 0.2]), np.array([True, True])))


def test_figures_at_a_threshold() -> None:
    scores = np.array([0.9, 0.8, 0.6, 0.4, 0.2, 0.1])
    labels = np.array([True, True, False, True, False, False])

    found = figures(scores, labels, 0.6)

    assert found["se"] == pytest.approx(2 / 3)
    assert found["sp"] == pytest.approx(2 / 3)
    assert found["ppv"] == pytest.approx(2 / 3)
    assert found["f1"] == pytest.approx(2 / 3)
    assert found["auroc"] == pytest.approx(8 / 9)


def test_calibration_error_is_the_gap_between_said_and_seen() -> None:
    labels = np.array([True, False, False, False])

    assert expected_calibration_error(np.full(4, 0.25), labels) == pytest.approx(0.0)
    assert expected_calibration_error(np.full(4, 0.75), labels) == pytest.approx(0.5)


def test_a_certain_yes_falls_into_the_last_bin() -> None:
    assert expected_calibration_error(np.array([1.0]), np.array([True])) == 0.0


def test_bootstrap_draws_people_and_not_windows() -> None:
    alike = (np.array([0.9, 0.1] * 50), np.array([True, False] * 50))
    wrong = (np.array([0.1, 0.9] * 50), np.array([True, False] * 50))

    steady = bootstrap([alike] * 5, lambda s, y: figures(s, y, 0.5))
    mixed = bootstrap([alike] * 5 + [wrong], lambda s, y: figures(s, y, 0.5))

    assert steady["se"] == (1.0, 1.0)
    assert mixed["se"][0] <= 0.5 and mixed["se"][1] == 1.0


def test_the_interval_of_a_calibration_error_holds_it_though_draws_only_add_noise() -> None:
    rng = np.random.default_rng(0)
    stated = rng.random(400)
    people = [(stated[i : i + 1], (rng.random(1) < stated[i])) for i in range(400)]

    def judge(scores: np.ndarray, labels: np.ndarray) -> dict[str, float]:
        error = expected_calibration_error(scores, labels)
        return {"ece": error, "plain": error}

    found = judge(*(np.concatenate(column) for column in zip(*people, strict=True)))["ece"]
    ranges = bootstrap(people, judge)

    assert ranges["ece"][0] <= found <= ranges["ece"][1]
    assert ranges["plain"][0] - ranges["ece"][0] == pytest.approx(ranges["plain"][1] - ranges["ece"][1])
    assert ranges["plain"][1] > ranges["ece"][1]


def test_an_interval_of_an_error_ends_at_zero_and_other_figures_keep_their_draws() -> None:
    drawn = [0.01, 0.02, 0.09, 0.12]

    assert interval("ece", 0.005, drawn)[0] == 0.0
    assert interval("auroc", 0.005, drawn) == pytest.approx(tuple(np.quantile(drawn, (0.025, 0.975))))
    assert all(math.isnan(end) for end in interval("ece", math.nan, [math.nan]))


def test_average_precision_and_min_se_ppv_of_a_hand_made_ranking() -> None:
    scores, labels = np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, False, True, False])

    assert auprc(scores, labels) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert min_se_ppv(scores, labels) == pytest.approx(2 / 3)
    assert brier(scores, labels) == pytest.approx((0.01 + 0.64 + 0.09 + 0.36) / 4)


def test_figures_of_one_class_do_not_exist() -> None:
    assert np.isnan(auprc(np.array([0.1, 0.2]), np.array([False, False])))
    assert np.isnan(min_se_ppv(np.array([0.1, 0.2]), np.array([True, True])))
