"""The rhythm network: residual convolutions with attention over beats, joined by interval statistics."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from numpy.typing import NDArray

from models.deep.rhythm import CHANNELS, FEATURE_NAMES

WIDTH, HEADS, STATISTICS = 16, 4, 24


class _Residual(nnx.Module):  # type: ignore[misc]
    """Two convolutions around a shortcut; it begins as the shortcut alone, so it needs no normalisation."""

    def __init__(self, width: int, dilation: int, rngs: nnx.Rngs) -> None:
        self.first = nnx.Conv(width, width, (5,), kernel_dilation=dilation, rngs=rngs)
        self.second = nnx.Conv(width, width, (3,), kernel_init=nnx.initializers.zeros, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        return x + self.second(jax.nn.relu(self.first(x)))


class RhythmNet(nnx.Module):  # type: ignore[misc]
    """Sequence [n, 60, 3] and statistics [n, F] to a logit [n] of fibrillation."""

    def __init__(self, mean: NDArray[np.float32], scale: NDArray[np.float32], rngs: nnx.Rngs) -> None:
        self.mean, self.scale = nnx.Variable(jnp.asarray(mean)), nnx.Variable(jnp.asarray(scale))
        self.stem = nnx.Conv(CHANNELS, WIDTH, (5,), rngs=rngs)
        self.blocks = nnx.List([_Residual(WIDTH, dilation, rngs) for dilation in (1, 2, 4)])
        self.look = nnx.Linear(WIDTH, HEADS, rngs=rngs)
        self.wide = nnx.Linear(len(FEATURE_NAMES), 2 * STATISTICS, rngs=rngs)
        self.narrow = nnx.Linear(2 * STATISTICS, STATISTICS, rngs=rngs)
        self.join = nnx.Linear(WIDTH * (HEADS + 2) + STATISTICS, STATISTICS, rngs=rngs)
        self.last = nnx.Linear(STATISTICS, 1, rngs=rngs)
        self.dropout = nnx.Dropout(0.25, rngs=rngs)

    def __call__(self, sequence: jax.Array, statistics: jax.Array) -> jax.Array:
        """Logits [n]."""
        joined = jnp.concatenate([self._beats(sequence), self._statistics(statistics)], axis=1)
        return self.last(jax.nn.relu(self.join(self.dropout(joined))))[:, 0]

    def _beats(self, sequence: jax.Array) -> jax.Array:
        """[n, width * (heads + 2)] attended, mean and largest activations."""
        x = self.stem(jnp.clip(sequence, -1.2, 1.2) * 4.0)
        for block in self.blocks:
            x = block(x)
        x = jax.nn.relu(x)
        weights = jax.nn.softmax(self.look(x), axis=1)
        attended = jnp.matmul(jnp.swapaxes(weights, 1, 2), x).reshape(-1, HEADS * WIDTH)
        return jnp.concatenate([attended, x.mean(axis=1), x.max(axis=1)], axis=1)

    def _statistics(self, statistics: jax.Array) -> jax.Array:
        scaled = jnp.clip((statistics - self.mean.get_value()) / self.scale.get_value(), -5.0, 5.0)
        return jax.nn.relu(self.narrow(self.dropout(jax.nn.relu(self.wide(scaled)))))
