"""The generators: a variational autoencoder with a recurrent decoder that draws value after value.

The decoder gives a mixture of normals for each next value, from the values before it, the condition and
a latent vector (Kingma and Welling 2014; Sohn 2015; Ha and Eck 2017 for the mixture).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from models.deep.rhythm import BEATS, LONGEST_MS, SHORTEST_MS
from models.deep.synth import (
    GLUCOSE_CONTEXT,
    LATENT,
    MIDDLE,
    READINGS,
    RHYTHM_CONTEXT,
    UNIT,
    USUAL_MS,
)
from models.training.recurrent import Gru

STATE, FILTERS, MIX = 48, 16, 5
_NARROWEST = 0.004
"""Smallest spread of a normal: none may collapse onto one value."""
_FREE = 0.05
"""Nats a latent number may carry without cost, so that it is used at all."""
Pair = tuple[jax.Array, jax.Array]
"""State of the GRU and the value that was drawn last."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is made: so many steps, each from `context` numbers; values stand alone or add to the last."""

    steps: int
    context: int
    carried: float
    step: float
    """Size of a usual step, in units of the values."""


RHYTHM = Shape(BEATS, RHYTHM_CONTEXT, 0.0, 0.2)
"""Values are log intervals over the usual one."""
GLUCOSE = Shape(READINGS, GLUCOSE_CONTEXT, 1.0, 0.3)
"""Values are readings above 120 mg/dL in units of 40."""


class Vae(nnx.Module):  # type: ignore[misc]
    """Encoder and decoder of windows."""

    def __init__(self, shape: Shape, rngs: nnx.Rngs) -> None:
        self.shape = shape
        self.first = nnx.Conv(1 + shape.context, FILTERS, (5,), rngs=rngs)
        self.second = nnx.Conv(FILTERS, FILTERS, (5,), strides=2, rngs=rngs)
        self.wide = nnx.Linear(FILTERS * ((shape.steps + 1) // 2), STATE, rngs=rngs)
        self.code = nnx.Linear(STATE, 2 * LATENT, rngs=rngs)
        self.gru = Gru(1 + shape.context + LATENT, STATE, rngs)
        self.last = nnx.Linear(STATE, 3 * MIX, rngs=rngs)
        self.dropout = nnx.Dropout(0.1, rngs=rngs)

    def encode(self, values: jax.Array, context: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Mean and log variance [n, LATENT] of what kind of window this is."""
        x = jnp.concatenate([values[:, :, None] / self.shape.step, context], axis=2)
        x = jax.nn.relu(self.second(jax.nn.relu(self.first(x))))
        code = self.code(jax.nn.relu(self.wide(self.dropout(x.reshape(len(x), -1)))))
        return code[:, :LATENT], jnp.clip(code[:, LATENT:], -6.0, 2.0)

    def decode(self, values: jax.Array, context: jax.Array, latent: jax.Array) -> jax.Array:
        """Mixtures [n, steps, 3 * MIX] for each value, given those before it."""
        before = jnp.pad(values, ((0, 0), (1, 0)))[:, :-1, None] / self.shape.step
        kind = jnp.repeat(latent[:, None, :], self.shape.steps, axis=1)
        return self.last(self.gru(jnp.concatenate([before, context, kind], axis=2)))


def loss(model: Any, values: jax.Array, context: jax.Array, noise: jax.Array) -> jax.Array:
    """Negative evidence lower bound a window, nats; `noise` [n, LATENT] draws the latent."""
    mean, spread = model.encode(values, context)
    raw = model.decode(values, context, mean + jnp.exp(0.5 * spread) * noise)
    weight, middle, scale = mixture(raw)
    before = jnp.pad(values, ((0, 0), (1, 0)))[:, :-1]
    off = (values - model.shape.carried * before) / model.shape.step
    score = jnp.log(weight + 1e-9) - 0.5 * ((off[..., None] - middle) / scale) ** 2 - jnp.log(scale)
    told = -jax.nn.logsumexp(score, axis=2).sum(axis=1).mean()
    kept = 0.5 * (jnp.exp(spread) + mean**2 - 1.0 - spread).mean(axis=0)
    return told + jnp.maximum(kept, _FREE).sum()


def mixture(raw: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Weights, means and spreads [..., MIX] of a raw output."""
    weight = jax.nn.softmax(raw[..., :MIX], axis=-1)
    scale = _NARROWEST + jax.nn.softplus(raw[..., 2 * MIX :])
    return weight, raw[..., MIX : 2 * MIX], scale


class Generator(nnx.Module):  # type: ignore[misc]
    """The decoder alone, drawing its own values: what is exported."""

    def __init__(self, vae: Any) -> None:
        self.vae = vae

    def __call__(
        self, latent: jax.Array, choice: jax.Array, noise: jax.Array, context: jax.Array
    ) -> jax.Array:
        """Windows [n, steps]: intervals in ms, or readings in mg/dL."""
        values = self._values(latent, choice, noise, context)
        if self.vae.shape == RHYTHM:
            return jnp.clip(USUAL_MS * jnp.exp(values + context[:, :, 1]), SHORTEST_MS, LONGEST_MS)
        return jnp.clip(MIDDLE + UNIT * values, 20.0, 600.0)

    def _values(
        self, latent: jax.Array, choice: jax.Array, noise: jax.Array, context: jax.Array
    ) -> jax.Array:
        shape, gru = self.vae.shape, self.vae.gru
        kind = jnp.repeat(latent[:, None, :], shape.steps, axis=1)
        known = jnp.concatenate([context, kind], axis=2)
        # The first number of each step is the value before, which is only known on the way.
        given = known @ gru.inward.kernel.get_value()[1:] + gru.inward.bias.get_value()
        given, chosen, varied = (
            jnp.swapaxes(part, 0, 1) for part in (given, choice[:, :, None], noise[:, :, None])
        )
        start = (jnp.zeros_like(given[0, :, : gru.size]), jnp.zeros_like(given[0, :, :1]))
        _, values = jax.lax.scan(self._step, start, (given, chosen, varied))
        return jnp.swapaxes(values, 0, 1)[:, :, 0]

    def _step(self, carry: Pair, now: tuple[jax.Array, ...]) -> tuple[Pair, jax.Array]:
        """State and value after a step, by the same sums as `Gru`."""
        (state, value), (given, chosen, varied) = carry, now
        gru, shape = self.vae.gru, self.vae.shape
        inward = given + (value / shape.step) * gru.inward.kernel.get_value()[:1]
        both = jax.nn.sigmoid(inward[:, : 2 * gru.size] + gru.gates(state))
        reset, keep = both[:, : gru.size], both[:, gru.size :]
        new = jnp.tanh(inward[:, 2 * gru.size :] + reset * gru.candidate(state))
        state = keep * state + (1.0 - keep) * new
        moved = _drawn(self.vae.last(state), chosen, varied)
        value = shape.carried * value + shape.step * moved
        return (state, value), value


def _drawn(raw: jax.Array, chosen: jax.Array, varied: jax.Array) -> jax.Array:
    """[n, 1] a value from mixtures [n, 3 * MIX]: `chosen` picks the normal, `varied` the place in it."""
    weight, middle, scale = mixture(raw)
    above = weight @ jnp.triu(jnp.ones((MIX, MIX)))
    picked = jnp.where(chosen < above, 1.0, 0.0) * jnp.where(chosen >= above - weight, 1.0, 0.0)
    return (picked * (middle + scale * varied)).sum(axis=1, keepdims=True)
