"""Makes probabilities mean what they say, and picks the alarm threshold by a stated budget."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def sigmoid(logits: Array) -> Array:
    """Probability of logits, without overflow."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -40, 40))))


def log_loss(logits: Array, labels: NDArray[np.bool_], weights: Array) -> float:
    """Weighted mean negative log likelihood, nats."""
    signed = np.where(labels, logits, -logits)
    return float(np.average(np.logaddexp(0.0, -signed), weights=weights))


def fit_platt(logits: Array, labels: NDArray[np.bool_], weights: Array) -> tuple[float, float]:
    """Slope and offset that calibrate logits (Platt 1999), by Newton's method."""
    slope, offset = 1.0, 0.0
    for _ in range(50):
        p = sigmoid(slope * logits + offset)
        error, curve = weights * (p - labels), weights * p * (1 - p) + 1e-9
        gradient = np.array([(error * logits).sum(), error.sum()])
        cross = (curve * logits).sum()
        hessian = np.array([[(curve * logits**2).sum(), cross], [cross, curve.sum()]])
        step = np.linalg.solve(hessian + 1e-6 * np.eye(2), gradient)
        slope, offset = float(slope - step[0]), float(offset - step[1])
        if float(np.abs(step).max()) < 1e-8:
            break
    return slope, offset


def fit_logistic(x: Array, labels: NDArray[np.bool_], weights: Array, ridge: float) -> tuple[Array, float]:
    """Coefficients [k] and offset of a logistic regression with an L2 penalty, by Newton's method."""
    wide = np.column_stack([x, np.ones(len(x))])
    penalty = np.diag([ridge] * x.shape[1] + [1e-6])
    found = np.zeros(wide.shape[1])
    for _ in range(50):
        p = sigmoid(wide @ found)
        gradient = wide.T @ (weights * (p - labels)) + penalty @ found
        curve = weights * p * (1 - p) + 1e-9
        step = np.linalg.solve(wide.T @ (wide * curve[:, None]) + penalty, gradient)
        found = found - step
        if float(np.abs(step).max()) < 1e-8:
            break
    return found[:-1], float(found[-1])


def threshold_for_specificity(
    scores: Array, labels: NDArray[np.bool_], weights: Array, budget: float
) -> float:
    """The lowest threshold that calls at most the share `budget` of negatives (by weight) positive."""
    order = np.argsort(-scores[~labels], kind="stable")
    ordered, mass = scores[~labels][order], np.cumsum(weights[~labels][order])
    allowed = int(np.searchsorted(mass, budget * mass[-1], side="right"))
    if allowed >= ordered.size:
        return 0.0
    return float(np.nextafter(ordered[allowed], np.inf))
