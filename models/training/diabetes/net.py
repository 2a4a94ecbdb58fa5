"""The diabetes network: logistic regressions and small perceptrons that answer together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from numpy.typing import NDArray

from models.deep.diabetes import CLINIC, COLUMNS, NAMES, WIDTH

HIDDEN = 16
_CLINIC = tuple(WIDTH - len(COLUMNS) + NAMES.index(name) for name in CLINIC)
"""Columns that say whether a clinic's values are known: with and without them are two questions."""


@dataclass(frozen=True, slots=True)
class Straight:
    """A logistic regression for those without a clinic's values and one for those with any."""

    weights: NDArray[np.float64]
    """[2, WIDTH], without first."""
    offsets: NDArray[np.float64]
    """[2]"""


def with_clinic(inputs: NDArray[np.float32]) -> NDArray[np.bool_]:
    """[n] whether any of a clinic's values is known, from derived inputs [n, WIDTH]."""
    return np.asarray(inputs[:, _CLINIC[0] : _CLINIC[-1] + 1].max(axis=1) > 0)


class DiabetesNet(nnx.Module):  # type: ignore[misc]
    """Derived inputs [n, WIDTH] to a logit [n]: what the straight part says, corrected by the perceptron."""

    def __init__(self, straight: Straight, rngs: nnx.Rngs) -> None:
        self.weights = nnx.Variable(jnp.asarray(straight.weights.T, jnp.float32))
        self.offsets = nnx.Variable(jnp.asarray(straight.offsets, jnp.float32))
        self.first = nnx.Linear(WIDTH, HIDDEN, rngs=rngs)
        self.second = nnx.Linear(HIDDEN, HIDDEN, rngs=rngs)
        # It begins as the straight part alone.
        self.last = nnx.Linear(HIDDEN, 1, kernel_init=nnx.initializers.zeros, rngs=rngs)
        self.light, self.heavy = nnx.Dropout(0.1, rngs=rngs), nnx.Dropout(0.4, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        """Logits [n]."""
        known = x[:, _CLINIC[0] : _CLINIC[-1] + 1].max(axis=1, keepdims=True)
        both = x @ self.weights.get_value() + self.offsets.get_value()
        straight = both[:, :1] * (1.0 - known) + both[:, 1:] * known
        hidden = self.heavy(jax.nn.silu(self.first(self.light(x))))
        hidden = self.heavy(jax.nn.silu(self.second(hidden)))
        return (straight + self.last(hidden))[:, 0]


class DiabetesEnsemble(nnx.Module):  # type: ignore[misc]
    """Members' mean logit, calibrated: probability [n]."""

    def __init__(self, members: list[Any], slope: float, offset: float) -> None:
        self.members = nnx.List(members)
        self.slope, self.offset = slope, offset

    def __call__(self, x: jax.Array) -> jax.Array:
        """Probabilities [n]."""
        logits = sum(member(x) for member in self.members) / len(self.members)
        return jax.nn.sigmoid(logits * self.slope + self.offset)
