from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from flax import nnx

from models.training.recurrent import Gru


def test_a_state_depends_on_what_came_before_and_never_on_what_comes() -> None:
    gru, rng = Gru(3, 5, nnx.Rngs(0)), np.random.default_rng(0)
    series = rng.normal(size=(2, 8, 3)).astype(np.float32)
    changed = series.copy()
    changed[:, 5] += 1

    before, after = np.asarray(gru(jnp.asarray(series))), np.asarray(gru(jnp.asarray(changed)))

    assert before.shape == (2, 8, 5)
    assert np.array_equal(before[:, :5], after[:, :5])
    assert not np.allclose(before[:, 5:], after[:, 5:])


def test_it_is_the_same_as_the_equations() -> None:
    gru = Gru(2, 4, nnx.Rngs(1))
    x = np.random.default_rng(1).normal(size=(3, 6, 2)).astype(np.float32)
    inward = x @ np.asarray(gru.inward.kernel) + np.asarray(gru.inward.bias)
    state = np.zeros((3, 4))
    for t in range(6):
        gates = 1 / (1 + np.exp(-(inward[:, t, :8] + state @ np.asarray(gru.gates.kernel))))
        inner = state @ np.asarray(gru.candidate.kernel) + np.asarray(gru.candidate.bias)
        new = np.tanh(inward[:, t, 8:] + gates[:, :4] * inner)
        state = gates[:, 4:] * state + (1 - gates[:, 4:]) * new

    assert np.allclose(np.asarray(gru(jnp.asarray(x)))[:, -1], state, atol=1e-5)
