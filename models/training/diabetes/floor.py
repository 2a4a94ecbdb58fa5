"""Simple methods that the diabetes network must not fall below, on the same folds of the same people."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from models.deep.diabetes import COLUMNS
from models.training.calibration import fit_logistic
from models.training.diabetes.data import Everyone
from models.training.metrics import Labels, Scores, auroc

Fit = Callable[[Scores, Labels, Scores], Scores]
"""Values and labels to train on, values to answer; gives scores."""


def floors(everyone: Everyone) -> str:
    """AUROC of both on each table, as text."""
    told = []
    for table in everyone.tables:
        part = everyone.part(table)
        fold, scaled = everyone.fold[part], everyone.inputs[part, : len(COLUMNS)]
        plain = _auroc(fold, scaled.astype(np.float64), table.labels, logistic)
        trees = _auroc(fold, table.rows.astype(np.float64), table.labels, boosting)
        told.append(f"{table.dataset} {plain:.4f} / {trees:.4f}")
    return ", ".join(told)


def logistic(x: Scores, labels: Labels, unseen: Scores) -> Scores:
    """Logits of a ridge logistic regression on scaled values; the unknown counts as usual."""
    weights, offset = fit_logistic(x, labels, np.ones(len(x)), 1.0)
    return np.asarray(unseen @ weights + offset)


def boosting(x: Scores, labels: Labels, unseen: Scores) -> Scores:
    """Probabilities of boosted trees; the unknown is NaN."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    trees = HistGradientBoostingClassifier(
        learning_rate=0.05, max_iter=100, max_leaf_nodes=8, early_stopping=False, random_state=0
    )
    there = ~np.isnan(x).all(axis=0)
    fitted = trees.fit(x[:, there], labels)
    return np.asarray(fitted.predict_proba(unseen[:, there])[:, 1], np.float64)


def _auroc(fold: NDArray[np.int64], values: Scores, labels: Labels, fit: Fit) -> float:
    scores, known = np.zeros(len(labels)), fold >= 0
    for number in range(int(fold.max()) + 1):
        held, others = fold == number, known & (fold != number)
        scores[held] = fit(values[others], labels[others], values[held])
    return auroc(scores[known], labels[known])
