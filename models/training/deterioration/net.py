"""The deterioration network: a recurrent reader of hourly vitals beside a reader of what they came to.

Every array has a leading axis of members: networks of the same form that are trained side by side
and answer together.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from numpy.typing import NDArray

from models.deep.deterioration import UNKNOWN

STATE = 16
STEPS = 4
"""Ramps into which a summary's usual range is cut (piecewise linear encoding, Gorishniy 2022)."""
MANY = 0.3
"""Share dropped of what was read."""


class Ramps(nnx.Module):  # type: ignore[misc]
    """Summaries [..., s] to ramps [..., s × 4]: how far each reaches through each quarter of its range.

    What is unknown is 0 in all four, as is a person in the middle.
    """

    def __init__(self, starts: NDArray[Any], widths: NDArray[Any], centres: NDArray[Any]) -> None:
        self.starts, self.widths, self.centres = (
            nnx.Variable(jnp.asarray(part, jnp.float32)) for part in (starts, widths, centres)
        )

    def __call__(self, summary: jax.Array) -> jax.Array:
        """Ramps, quarter after quarter."""
        known = summary > UNKNOWN + 1
        parts = []
        for i in range(STEPS):
            start, width, centre = (v.get_value()[i] for v in (self.starts, self.widths, self.centres))
            ramp = jnp.clip((summary - start) / width, 0.0, 1.0) - centre
            parts.append(jnp.where(known, ramp, 0.0))
        return jnp.concatenate(parts, axis=-1)


def ramps_of(summary: NDArray[np.floating]) -> Ramps:
    """Ramps whose edges are quartiles of summaries [..., s]; outcomes play no part."""
    flat = summary.reshape(-1, summary.shape[-1]).astype(np.float64)
    flat = np.where(flat > UNKNOWN + 1, flat, np.nan)
    flat[:, np.isnan(flat).all(axis=0)] = 0.0
    edges = np.nanquantile(flat, np.linspace(0, 1, STEPS + 1), axis=0)
    widths = np.maximum(np.diff(edges, axis=0), 1e-3)
    centres = [np.nanmean(np.clip((flat - edges[i]) / widths[i], 0, 1), axis=0) for i in range(STEPS)]
    return Ramps(edges[:-1], widths, np.stack(centres))


def _normal(rngs: nnx.Rngs, shape: tuple[int, ...], scale: float) -> nnx.Param[jax.Array]:
    return nnx.Param(jax.random.normal(rngs.params(), shape) * scale)


class Members(nnx.Module):  # type: ignore[misc]
    """Hourly vitals and ramps of what they came to, to logits and guesses [members, n, hours, targets]."""

    def __init__(
        self, count: int, hourly: int, ramps: int, wide: int, targets: int, few: float, rngs: nnx.Rngs
    ) -> None:
        self.inward = _normal(rngs, (count, hourly, 3 * STATE), (1 / hourly) ** 0.5)
        self.inward_bias = nnx.Param(jnp.zeros((count, 1, 1, 3 * STATE)))
        self.gates = _normal(rngs, (count, STATE, 2 * STATE), STATE**-0.5)
        self.candidate = _normal(rngs, (count, STATE, STATE), STATE**-0.5)
        self.candidate_bias = nnx.Param(jnp.zeros((count, 1, STATE)))
        self.wide = _normal(rngs, (count, ramps, wide), 0.5 * (2 / ramps) ** 0.5)
        self.wide_bias = nnx.Param(jnp.zeros((count, 1, 1, wide)))
        self.straight = nnx.Param(jnp.zeros((count, ramps, targets)))
        self.last = _normal(rngs, (count, wide + STATE, targets), 0.1)
        self.last_bias = nnx.Param(jnp.zeros((count, 1, 1, targets)))
        self.few, self.many = nnx.Dropout(few, rngs=rngs), nnx.Dropout(MANY, rngs=rngs)

    def __call__(self, hourly: jax.Array, ramps: jax.Array, hours: jax.Array | None = None) -> jax.Array:
        """`ramps` [n, hours, r]; `hours` [n, hours] says which hours those are, None all."""
        state = self.states(hourly)
        if hours is not None:
            state = jnp.take_along_axis(state, hours[None, :, :, None], axis=2)
        count = state.shape[0]
        if not self.few.deterministic:
            ramps = self.few(jnp.broadcast_to(ramps, (count, *ramps.shape)))
            wide = jnp.einsum("mnhr,mrw->mnhw", ramps, _full(self.wide))
            straight = jnp.einsum("mnhr,mrt->mnht", ramps, _full(self.straight))
        else:
            wide = _shared(ramps, _full(self.wide))
            straight = _shared(ramps, _full(self.straight))
        read = jax.nn.relu(wide + _full(self.wide_bias))
        joined = self.many(jnp.concatenate([read, state], axis=3))
        last = jnp.einsum("mnhw,mwt->mnht", joined, _full(self.last))
        return last + straight + _full(self.last_bias)

    def states(self, hourly: jax.Array) -> jax.Array:
        """A gated recurrent layer (Cho 2014), the state after each hour [members, n, hours, 16]."""
        inward, gates, candidate = (_full(part) for part in (self.inward, self.gates, self.candidate))
        bias = _full(self.candidate_bias)
        steps = jnp.transpose(_shared(hourly, inward) + _full(self.inward_bias), (2, 0, 1, 3))
        start = jnp.zeros_like(steps[0, :, :, :STATE])

        def step(state: jax.Array, given: jax.Array) -> tuple[jax.Array, jax.Array]:
            both = jax.nn.sigmoid(given[:, :, : 2 * STATE] + state @ gates)
            reset, keep = both[:, :, :STATE], both[:, :, STATE:]
            new = jnp.tanh(given[:, :, 2 * STATE :] + reset * (state @ candidate + bias))
            after = keep * state + (1.0 - keep) * new
            return after, after

        _, states = jax.lax.scan(step, start, steps)
        return jnp.transpose(states, (1, 2, 0, 3))


def _full(weights: nnx.Param[jax.Array]) -> jax.Array:
    """Exported weights are stored with half the digits."""
    return weights.get_value().astype(jnp.float32)


def _shared(x: jax.Array, weights: jax.Array) -> jax.Array:
    """[n, hours, r] by [members, r, w] as one product: [members, n, hours, w]."""
    count, ramps, wide = weights.shape
    together = x @ jnp.transpose(weights, (1, 0, 2)).reshape(ramps, count * wide)
    return jnp.transpose(together.reshape(*x.shape[:2], count, wide), (2, 0, 1, 3))


class DeteriorationEnsemble(nnx.Module):  # type: ignore[misc]
    """Mean logit of all folds' members, calibrated: P(death in hospital) as of each hour [n, 48]."""

    def __init__(self, ramps: Ramps, folds: list[Members], slope: float, offset: float) -> None:
        self.ramps, self.members, self.folds = ramps, together(folds), len(folds)
        self.slope, self.offset = slope, offset

    def __call__(self, hourly: jax.Array, summary: jax.Array) -> jax.Array:
        """Probabilities [n, 48]."""
        logits = self.members(hourly, self.ramps(summary))[:, :, :, 0]
        alike = len(logits) // self.folds
        # A chain of sums over folds, so that each fold's own answer can be taken out of the graph.
        folds = [logits[at : at + alike].sum(axis=0) * (1 / alike) for at in range(0, len(logits), alike)]
        return jax.nn.sigmoid(sum(folds) / self.folds * self.slope + self.offset)


def together(parts: list[Members]) -> Members:
    """All members of several trained modules in one, for death in hospital only, with half the digits."""
    states = [nnx.state(part, nnx.Param) for part in parts]
    joined = jax.tree.map(lambda *leaves: jnp.concatenate(leaves), *states)
    out: Members = nnx.clone(parts[0])
    nnx.update(out, joined)
    for name in ("straight", "last", "last_bias"):
        weights = getattr(out, name)
        weights.set_value(weights.get_value()[..., :1])
    for name in ("inward", "gates", "candidate", "wide", "straight", "last"):
        weights = getattr(out, name)
        weights.set_value(weights.get_value().astype(jnp.float16))
    out.eval()
    return out
