"""The glucose network: a recurrent reader of the last hours beside a summary of the day."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from models.deep.glucose import HORIZONS, QUANTILES, SHAPES
from models.training.recurrent import Gru

STATE, WIDE = 24, 40
UNIT = 20.0
"""mg/dL of one unit of the raw outputs."""
_GRAPH = len(QUANTILES)
_MIDDLE = QUANTILES.index(0.5)
RAW = len(HORIZONS) * (_GRAPH + 1) + 2


class GlucoseNet(nnx.Module):  # type: ignore[misc]
    """Derived inputs to raw answers [n, 14]: changes from now in units of 20 mg/dL, then two logits."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        summary = SHAPES["summary"][0]
        self.gru = Gru(SHAPES["recent"][1], STATE, rngs)
        self.wide = nnx.Linear(summary, WIDE, rngs=rngs)
        self.join = nnx.Linear(STATE + WIDE, WIDE, rngs=rngs)
        self.last = nnx.Linear(WIDE, RAW, rngs=rngs)
        self.straight = nnx.Linear(summary, RAW, kernel_init=nnx.initializers.zeros, rngs=rngs)
        self.dropout = nnx.Dropout(0.1, rngs=rngs)

    def __call__(self, recent: jax.Array, summary: jax.Array, _: jax.Array) -> jax.Array:
        """Quantiles [2 x 5] rising within a horizon, expected values [2], logits of low and high [2]."""
        state = self.gru(recent)[:, -1]
        wide = jax.nn.silu(self.wide(summary))
        joined = jax.nn.silu(self.join(self.dropout(jnp.concatenate([state, wide], axis=1))))
        raw = self.last(self.dropout(joined)) + self.straight(summary)
        cuts = len(HORIZONS) * _GRAPH
        rising = [_rising(raw[:, at : at + _GRAPH]) for at in range(0, cuts, _GRAPH)]
        return jnp.concatenate([*rising, raw[:, cuts:]], axis=1)


def _rising(raw: jax.Array) -> jax.Array:
    """Quantiles that can't cross: the median, and steps above zero away from it."""
    steps = jax.nn.softplus(raw - 0.5)
    middle = raw[:, _MIDDLE : _MIDDLE + 1]
    below = [middle]
    for i in range(_MIDDLE - 1, -1, -1):
        below.insert(0, below[0] - steps[:, i : i + 1])
    above = [middle]
    for i in range(_MIDDLE + 1, _GRAPH):
        above.append(above[-1] + steps[:, i : i + 1])
    return jnp.concatenate([*below, *above[1:]], axis=1)


class GlucoseEnsemble(nnx.Module):  # type: ignore[misc]
    """Members' mean answer: forecasts in mg/dL, then calibrated probabilities, [n, 14]."""

    def __init__(self, members: list[Any], low: tuple[float, float], high: tuple[float, float]) -> None:
        self.members = nnx.List(members)
        self.low, self.high = low, high

    def __call__(self, recent: jax.Array, summary: jax.Array, now: jax.Array) -> jax.Array:
        """Answers in the order of `OUTPUTS`."""
        raw = sum(member(recent, summary, now) for member in self.members) / len(self.members)
        forecasts = now + UNIT * raw[:, :-2]
        low = jax.nn.sigmoid(raw[:, -2:-1] * self.low[0] + self.low[1])
        high = jax.nn.sigmoid(raw[:, -1:] * self.high[0] + self.high[1])
        return jnp.concatenate([forecasts, low, high], axis=1)


def loss(
    model: Any, recent: jax.Array, summary: jax.Array, now: jax.Array, truth: jax.Array, events: jax.Array
) -> jax.Array:
    """Pinball loss of the quantiles, squared error of the expected values, log loss of the two events.

    `truth` [n, 2] glucose at the horizons as change from now in units, `events` [n, 2] low and high.
    """
    raw = model(recent, summary, now)
    cuts = len(HORIZONS) * _GRAPH
    levels = jnp.tile(jnp.asarray(QUANTILES), len(HORIZONS))
    off = jnp.repeat(truth, _GRAPH, axis=1) - raw[:, :cuts]
    pinball = jnp.maximum(levels * off, (levels - 1.0) * off).mean()
    squared = ((truth - raw[:, cuts:-2]) ** 2).mean()
    signed = jnp.where(events > 0.5, raw[:, -2:], -raw[:, -2:])
    return 2.0 * pinball + squared + 0.3 * jax.nn.softplus(-signed).mean()
