"""The small fixed classifier by which made-up windows are judged: one hidden layer, plain numpy.

It is never shipped. It needs no JAX, so that anyone can repeat the judgement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from models.training.calibration import sigmoid

HIDDEN, STEPS, BATCH = 24, 2000, 128
"""As many steps whatever the number of windows, so that more of them is no longer training."""
_RATE, _DECAY = 2e-3, 1e-3
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Classifier:
    """Weights, and how inputs are scaled."""

    mean: Array
    scale: Array
    weights: tuple[Array, ...]
    """Kernel and shift of the hidden layer, then of the output."""

    def logits(self, x: Array) -> Array:
        """[n] log odds."""
        return _forward(self.weights, _scaled(x, self.mean, self.scale))[1]


def train_classifier(x: Array, labels: NDArray[np.bool_], seed: int) -> Classifier:
    """Fit by Adam (Kingma and Ba 2015) for a fixed number of batches; both classes weigh the same."""
    rng = np.random.default_rng(seed)
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-3
    inputs, wanted = _scaled(x, mean, scale), labels.astype(np.float64)
    share = float(wanted.mean())
    weight = np.where(labels, 0.5 / share, 0.5 / (1.0 - share))
    weights = _start(x.shape[1], rng)
    _adam(weights, inputs, wanted, weight, rng)
    return Classifier(mean, scale, tuple(weights))


def _start(width: int, rng: Generator) -> list[Array]:
    return [
        rng.normal(0, np.sqrt(2 / width), (width, HIDDEN)),
        np.zeros(HIDDEN),
        rng.normal(0, np.sqrt(1 / HIDDEN), HIDDEN),
        np.zeros(1),
    ]


def _adam(weights: list[Array], x: Array, wanted: Array, weight: Array, rng: Generator) -> None:
    first, second = ([np.zeros_like(part) for part in weights] for _ in range(2))
    for step in range(STEPS):
        at = rng.integers(0, len(x), BATCH)
        rate = _RATE * (1 - step / STEPS)
        slopes = _slopes(weights, x[at], wanted[at], weight[at])
        for part, slope, low, high in zip(weights, slopes, first, second, strict=True):
            low += 0.1 * (slope - low)
            high += 0.001 * (slope**2 - high)
            unbiased = low / (1 - 0.9 ** (step + 1))
            part -= rate * (unbiased / (np.sqrt(high / (1 - 0.999 ** (step + 1))) + 1e-8) + _DECAY * part)


def _slopes(weights: Sequence[Array], x: Array, wanted: Array, weight: Array) -> list[Array]:
    hidden, logits = _forward(weights, x)
    error = weight * (sigmoid(logits) - wanted) / len(x)
    back = np.outer(error, weights[2]) * (hidden > 0)
    return [x.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(keepdims=True)]


def _forward(weights: Sequence[Array], x: Array) -> tuple[Array, Array]:
    hidden = np.maximum(x @ weights[0] + weights[1], 0.0)
    return hidden, hidden @ weights[2] + weights[3][0]


def _scaled(x: Array, mean: Array, scale: Array) -> Array:
    return np.clip((x - mean) / scale, -5.0, 5.0)
