"""The quality network: three small convolutions over beats, joined by a few statistics."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from numpy.typing import NDArray

from models.deep.beat_quality import CHANNELS, STATISTICS

WIDTHS, DENSE = (8, 12, 12), 16


class QualityNet(nnx.Module):  # type: ignore[misc]
    """Sequence [n, 60, 3] and statistics [n, F] to a logit [n] of a usable window."""

    def __init__(self, mean: NDArray[np.float32], scale: NDArray[np.float32], rngs: nnx.Rngs) -> None:
        self.mean, self.scale = nnx.Variable(jnp.asarray(mean)), nnx.Variable(jnp.asarray(scale))
        first, second, third = WIDTHS
        self.first = nnx.Conv(CHANNELS + 1, first, (5,), rngs=rngs)
        self.second = nnx.Conv(first, second, (5,), strides=2, rngs=rngs)
        self.third = nnx.Conv(second, third, (5,), rngs=rngs)
        self.statistics = nnx.Linear(len(STATISTICS), DENSE, rngs=rngs)
        self.join = nnx.Linear(2 * third + DENSE, 2 * DENSE, rngs=rngs)
        self.last = nnx.Linear(2 * DENSE, 1, rngs=rngs)
        self.dropout = nnx.Dropout(0.1, rngs=rngs)

    def __call__(self, sequence: jax.Array, statistics: jax.Array) -> jax.Array:
        """Logits [n]."""
        # The fourth channel tells a change of some milliseconds from none at all.
        fine = jnp.clip(sequence[:, :, 1:2] * 30.0, -1.0, 1.0)
        x = jnp.concatenate([jnp.clip(sequence, -1.6, 1.6) * 3.0, fine], axis=2)
        for layer in (self.first, self.second, self.third):
            x = jax.nn.relu(layer(x))
        scaled = jnp.clip((statistics - self.mean.get_value()) / self.scale.get_value(), -5.0, 5.0)
        known = jax.nn.relu(self.statistics(scaled))
        joined = jnp.concatenate([x.mean(axis=1), x.max(axis=1), known], axis=1)
        return self.last(jax.nn.relu(self.join(self.dropout(joined))))[:, 0]
