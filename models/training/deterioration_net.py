"""The deterioration network: a recurrent reader of hourly vitals beside a reader of what they came to."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from models.deep.deterioration import HOURS
from models.training.recurrent import Gru

STATE = 32
EDGE = 0.7
"""Spreads from the usual value beyond which a value is called high or low."""
FEW, MANY = 0.03, 0.25
"""Shares dropped of the summary, and of what was read from it."""
EVERY_HOUR = tuple(range(HOURS))
LAGS = (12, 24, 36)
"""Hours back at which the summary is read again."""


class DeteriorationNet(nnx.Module):  # type: ignore[misc]
    """Hourly vitals [n, 48, h] and summaries [n, 48, s] to a logit of death in hospital per hour."""

    def __init__(self, hourly: int, summary: int, wide: int, rngs: nnx.Rngs) -> None:
        self.gru = Gru(hourly, STATE, rngs)
        lagged = summary * (3 + len(LAGS))
        self.wide = nnx.Linear(lagged, wide, rngs=rngs)
        self.straight = nnx.Linear(lagged, 1, kernel_init=nnx.initializers.zeros, rngs=rngs)
        self.join = nnx.Linear(STATE + wide, STATE, rngs=rngs)
        self.last = nnx.Linear(STATE, 1, rngs=rngs)
        self.few, self.many = nnx.Dropout(FEW, rngs=rngs), nnx.Dropout(MANY, rngs=rngs)

    def __call__(
        self, hourly: jax.Array, summary: jax.Array, hours: tuple[int, ...] = EVERY_HOUR
    ) -> jax.Array:
        """Logits [n, hours]; training asks for some hours only, which is several times faster."""
        state = self.gru(hourly)
        if hours != EVERY_HOUR:
            state = state[:, np.array(hours)]
        lagged = _lagged(summary, hours)
        wide = jax.nn.relu(self.wide(self.few(lagged)))
        joined = jax.nn.relu(self.join(self.many(jnp.concatenate([state, wide], axis=2))))
        return (self.last(self.many(joined)) + self.straight(lagged))[:, :, 0]


def _lagged(summary: jax.Array, hours: tuple[int, ...]) -> jax.Array:
    """What the vitals came to by now and hours ago (0 before the start), and how far they are off usual.

    Risk rises on both sides of the usual range: a part for high and one for low says so at once.
    """
    parts = [summary, jax.nn.relu(summary - EDGE), jax.nn.relu(-summary - EDGE)]
    parts += [jnp.pad(summary[:, :-lag], ((0, 0), (lag, 0), (0, 0))) for lag in LAGS]
    if hours != EVERY_HOUR:
        parts = [part[:, np.array(hours)] for part in parts]
    return jnp.concatenate(parts, axis=2)


class DeteriorationEnsemble(nnx.Module):  # type: ignore[misc]
    """Members' mean logit, calibrated: P(death in hospital) as of each hour [n, 48]."""

    def __init__(self, members: list[Any], slope: float, offset: float) -> None:
        self.members = nnx.List(members)
        self.slope, self.offset = slope, offset

    def __call__(self, hourly: jax.Array, summary: jax.Array) -> jax.Array:
        """Probabilities [n, 48]."""
        logits = sum(member(hourly, summary) for member in self.members) / len(self.members)
        return jax.nn.sigmoid(logits * self.slope + self.offset)
