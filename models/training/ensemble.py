"""Networks of the folds as one: they answer together, and the answer is calibrated."""

from __future__ import annotations

from typing import Any

import jax
from flax import nnx


class Ensemble(nnx.Module):  # type: ignore[misc]
    """Members' mean logit, calibrated: a probability [n]."""

    def __init__(self, members: list[Any], slope: float, offset: float) -> None:
        self.members = nnx.List(members)
        self.slope, self.offset = slope, offset

    def __call__(self, sequence: jax.Array, statistics: jax.Array) -> jax.Array:
        """Probabilities [n] of sequences [n, steps, channels] and statistics [n, F]."""
        logits = sum(member(sequence, statistics) for member in self.members) / len(self.members)
        return jax.nn.sigmoid(logits * self.slope + self.offset)
