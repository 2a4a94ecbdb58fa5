"""A gated recurrent layer written as a scan, which exports to ONNX (`nnx.RNN` does not)."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from flax import nnx


class Gru(nnx.Module):  # type: ignore[misc]
    """Sequence [n, time, width] to the state after each step [n, time, size] (Cho et al. 2014)."""

    def __init__(self, width: int, size: int, rngs: nnx.Rngs) -> None:
        self.size = size
        self.inward = nnx.Linear(width, 3 * size, rngs=rngs)
        self.gates = nnx.Linear(size, 2 * size, use_bias=False, rngs=rngs)
        self.candidate = nnx.Linear(size, size, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        """States [n, time, size]."""
        steps = jnp.swapaxes(self.inward(x), 0, 1)
        start = jnp.zeros_like(steps[0, :, : self.size])
        gates, candidate, bias = (
            self.gates.kernel.get_value(),
            self.candidate.kernel.get_value(),
            self.candidate.bias.get_value(),
        )

        def step(state: jax.Array, given: jax.Array) -> tuple[jax.Array, jax.Array]:
            both = jax.nn.sigmoid(given[:, : 2 * self.size] + state @ gates)
            reset, keep = both[:, : self.size], both[:, self.size :]
            new = jnp.tanh(given[:, 2 * self.size :] + reset * (state @ candidate + bias))
            after = keep * state + (1.0 - keep) * new
            return after, after

        _, states = jax.lax.scan(step, start, steps)
        return jnp.swapaxes(states, 0, 1)
