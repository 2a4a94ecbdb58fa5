"""The autoencoder in Flax: an hour of five channels through a code of six numbers, and how it comes back."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from numpy.typing import NDArray

from models.deep.unusual import CHANNELS, MINUTES

BIN = 5
BINS = MINUTES // BIN
"""Means of five minutes are rebuilt: noise of single minutes is nobody's news."""
WIDTH, CODE = 48, 6
CODE_WEIGHT = 0.5
"""Weight of the code's own cost in training (beta of Higgins 2017, ICLR)."""
HALF_LIFE = 15.0
"""Minutes after which a residual counts half: what begins now must not drown in the quiet hour before."""
SCATTER = 0.1
"""Weight of the residuals one by one beside their means."""
OFTEN = 1e-6

Array = NDArray[np.float64]


def recency() -> NDArray[np.float32]:
    """Weight of each bin, oldest first, 1 on average."""
    age = (BINS - 1 - np.arange(BINS)) * BIN
    weights = 0.5 ** (age / HALF_LIFE)
    return np.asarray(weights / weights.mean(), dtype=np.float32)


class UnusualNet(nnx.Module):  # type: ignore[misc]
    """`values` and `present` [n, 60, 5] to residuals, and to the code that the hour is rebuilt from."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        cells = BINS * len(CHANNELS)
        self.read, self.narrow = (
            nnx.Linear(2 * cells, WIDTH, rngs=rngs),
            nnx.Linear(WIDTH, 2 * CODE, rngs=rngs),
        )
        self.widen, self.write = nnx.Linear(CODE, WIDTH, rngs=rngs), nnx.Linear(WIDTH, cells, rngs=rngs)
        self.drift = nnx.Param(jnp.full(len(CHANNELS), -1.0))
        self.noise = nnx.Param(jnp.zeros(len(CHANNELS)))

    def pooled(self, values: jax.Array, present: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Mean and number of the minutes present in each bin, [n, 12, 5] both."""
        shape = (-1, BINS, BIN, len(CHANNELS))
        count = present.reshape(shape).sum(axis=2)
        return (values * present).reshape(shape).sum(axis=2) / jnp.maximum(count, 1.0), count

    def code(self, means: jax.Array, count: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Mean and log variance of the code, [n, 6] both."""
        cells = BINS * len(CHANNELS)
        there = jnp.minimum(count, 1.0)
        seen = jnp.concatenate([means.reshape(-1, cells), there.reshape(-1, cells)], axis=1)
        found = self.narrow(jax.nn.silu(self.read(seen)))
        return found[:, :CODE], jnp.clip(found[:, CODE:], -6.0, 2.0)

    def rebuilt(self, code: jax.Array) -> jax.Array:
        """Means of the bins, [n, 12, 5]."""
        return self.write(jax.nn.silu(self.widen(code))).reshape(-1, BINS, len(CHANNELS))

    def variance(self, count: jax.Array) -> jax.Array:
        """What a bin of so many minutes ordinarily misses by, squared: a lasting and an averaging part."""
        return jnp.exp(self.drift[...]) + jnp.exp(self.noise[...]) / jnp.maximum(count, 1.0)

    def parts(self, values: jax.Array, present: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        """Residuals of the bins in ordinary misses, 0 where nothing is present; which bins are; the code."""
        means, count = self.pooled(values, present)
        code, _ = self.code(means, count)
        there = jnp.minimum(count, 1.0)
        return (means - self.rebuilt(code)) * there / jnp.sqrt(self.variance(count)), there, code

    def __call__(self, values: jax.Array, present: jax.Array) -> jax.Array:
        """[n, 5]: each channel's mean residual, the newest weighing most."""
        off, there, _ = self.parts(values, present)
        return channel_means(off, there)


def loss(model: UnusualNet, values: jax.Array, present: jax.Array, chance: jax.Array) -> jax.Array:
    """Mean negative log likelihood of what is present, and the code's cost (Kingma and Welling 2014)."""
    means, count = model.pooled(values, present)
    code, spread = model.code(means, count)
    off = means - model.rebuilt(code + jnp.exp(spread / 2) * chance)
    variance = model.variance(count)
    missed = 0.5 * jnp.minimum(count, 1.0) * (off**2 / variance + jnp.log(variance))
    cost = 0.5 * (code**2 + jnp.exp(spread) - spread - 1.0)
    return (missed.sum(axis=(1, 2)) + CODE_WEIGHT * cost.sum(axis=1)).mean()


class UnusualError(nnx.Module):  # type: ignore[misc]
    """Reconstruction error [n] of an hour.

    Each channel's residuals are averaged, the newest weighing most, and squared in units of their ordinary
    spread; a tenth of the single residuals' squares and the length of the code are added.
    """

    def __init__(self, net: UnusualNet, spread: NDArray[np.floating]) -> None:
        self.net = net
        self.spread = nnx.Variable(jnp.asarray(spread, dtype=jnp.float32))

    def __call__(self, values: jax.Array, present: jax.Array) -> jax.Array:
        """Errors [n]."""
        off, there, code = self.net.parts(values, present)
        means = channel_means(off, there) / self.spread[...]
        single = SCATTER * off.reshape(-1, BINS * len(CHANNELS)) ** 2
        return (means**2).sum(axis=1) + single.sum(axis=1) + (code**2).sum(axis=1)


def channel_means(off: Any, there: Any) -> Any:
    """Recency-weighted residual of each channel, [n, 5]; independent ones would spread by 1."""
    weights = jnp.asarray(recency())[None, :, None] * there
    return (weights * off).sum(axis=1) / jnp.sqrt((weights**2).sum(axis=1) + OFTEN)


class UnusualRarity(nnx.Module):  # type: ignore[misc]
    """Error to rarity [n] by a piecewise linear table for each group of hours that lack the same."""

    def __init__(self, error: UnusualError, knots: Array, slopes: Array) -> None:
        """`knots` and `slopes` [groups, k]: rarity is the sum of slope * max(0, log error - knot)."""
        self.error = error
        self.knots = nnx.Variable(jnp.asarray(knots, dtype=jnp.float32))
        self.slopes = nnx.Variable(jnp.asarray(slopes, dtype=jnp.float32))

    def __call__(self, values: jax.Array, present: jax.Array) -> jax.Array:
        """Rarities [n]."""
        height = jnp.log(self.error(values, present) + OFTEN)[:, None, None]
        steps = jnp.maximum(height - self.knots[...], 0.0) * self.slopes[...]
        return (steps.sum(axis=2) * group_flags(present)).sum(axis=1)


def group_flags(present: Any) -> Any:
    """[n, 6] of 0 and 1: nothing but the heart's two channels; else one, two, three, four, five channels."""
    there = jnp.minimum(present.sum(axis=1), 1.0)
    rest = jnp.minimum(there[:, 1:4].sum(axis=1, keepdims=True), 1.0)
    away = jnp.abs(there.sum(axis=1, keepdims=True) - jnp.arange(1.0, len(CHANNELS) + 1.0))
    return jnp.concatenate([1.0 - rest, rest * (1.0 - jnp.minimum(away, 1.0))], axis=1)
