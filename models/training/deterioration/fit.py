"""Fits the members of the deterioration networks: each pair on all folds but one."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from numpy.typing import NDArray

from models.deep.deterioration import HOURS, VITALS, Inputs, columns_of, deterioration_inputs
from models.training.deterioration.data import Stays
from models.training.deterioration.net import Members, Ramps
from models.training.deterioration.targets import DEATHS, TARGETS
from models.training.fitting import Arrays, Curve, Plan, Report, fit

ASKED = (3, 5, 8, 11, 14, 17, 20, 23, 29, 35, 41, 47)
"""Hours, counted from 0, whose answers are trained."""
WIDE = {"wearable": 32, "clinical": 24}
"""Width of a member's reader of summaries: ten members must stay below a megabyte."""
_OTHER_DEATHS, _GUESSES = 0.3, 0.1
"""How much the other deaths, and each score or worst value, count beside death in hospital."""
_RIDGE = {"wearable": 5e-4, "clinical": 1e-3}
"""Penalty on the squares of the weights that read the ramps."""
_FEW = {"wearable": 0.15, "clinical": 0.3}
"""Share of the ramps that is dropped."""
_BLOCK = 256

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is spent on training."""

    plan: Plan = field(default_factory=lambda: Plan(epochs=16, batch=128, rate=2e-3, decay=0.0))
    members: int = 2
    """Networks of each fold that start from other weights."""
    variants: int = 1
    """Copies of every stay with measurements dropped."""
    seed: int = 2012


@dataclass(frozen=True, slots=True)
class Pool:
    """Derived inputs of stays, as measured first, then thinned copies: [copies, n, …]."""

    hourly: Array
    summary: Array
    """At the hours of `ASKED` only."""
    targets: Array

    def of(self, chosen: NDArray[np.bool_]) -> Pool:
        """Those stays."""
        return Pool(self.hourly[:, chosen], self.summary[:, chosen], self.targets[chosen])


def derive(inputs: Inputs, rows: Array, hours: tuple[int, ...] = tuple(range(HOURS))) -> tuple[Array, Array]:
    """The product's own derivation, block by block; summaries at some hours."""
    blocks = []
    for at in range(0, len(rows), _BLOCK):
        hourly, summary = deterioration_inputs(inputs, rows[at : at + _BLOCK])
        blocks.append((hourly, summary[:, np.array(hours)]))
    return np.concatenate([block[0] for block in blocks]), np.concatenate([block[1] for block in blocks])


def pool(inputs: Inputs, stays: Stays, targets: Array, effort: Effort) -> Pool:
    """Everyone's inputs and targets, with thinned copies."""
    rng = np.random.default_rng(effort.seed)
    copies = [stays.rows, *(thinned(inputs, stays.rows, rng) for _ in range(effort.variants))]
    derived = [derive(inputs, copy, ASKED) for copy in copies]
    return Pool(np.stack([part[0] for part in derived]), np.stack([part[1] for part in derived]), targets)


def thinned(inputs: Inputs, rows: Array, rng: np.random.Generator) -> Array:
    """The stays as if less had been measured: single hours dropped, and now and then a whole vital."""
    out, vitals = rows.copy(), VITALS[inputs]
    often = rng.beta(1, 3, (len(rows), 1, 1)) * 0.8
    dropped = rng.random((len(rows), HOURS, len(vitals))) < often
    dropped |= rng.random((len(rows), 1, len(vitals))) < 0.06
    for i, vital in enumerate(vitals):
        out[:, :, columns_of(inputs, vital.name)] = np.where(
            dropped[:, :, i : i + 1], np.nan, out[:, :, columns_of(inputs, vital.name)]
        )
    return out


def fit_members(
    inputs: Inputs, ramps: Ramps, learn: Pool, held: Pool, effort: Effort, seed: int, tick: Report
) -> tuple[Members, Curve]:
    """Members trained on `learn` for all epochs; `held` only draws the curve."""
    copies = len(learn.hourly)
    widths = learn.hourly.shape[-1], learn.summary.shape[-1] * len(ramps.starts.get_value())
    members = Members(effort.members, *widths, WIDE[inputs], TARGETS, _FEW[inputs], nnx.Rngs(seed))
    encode = nnx.jit(lambda summary: ramps(summary))
    last = len(ASKED) - 1

    def vary(rng: np.random.Generator, batch: Arrays) -> Arrays:
        at = batch[0]
        copy = rng.integers(0, copies, len(at))
        # Half of what is learned is of the last hour, where answers are judged most.
        asked = np.stack([rng.integers(0, last, len(at)), np.full(len(at), last)], axis=1)
        summary = learn.summary[copy[:, None], at[:, None], asked]
        return learn.hourly[copy, at], encode(summary), np.array(ASKED)[asked], learn.targets[at]

    def error(members: Any) -> float:
        said = logits(members, ramps, held.hourly[0], held.summary[0, :, -1:], (HOURS - 1,))[:, 0]
        died = held.targets[:, 0] > 0
        return float(np.mean(np.logaddexp(0, np.where(died, -said, said))))

    stays = (np.arange(learn.targets.shape[0]),)
    return members, fit(
        members, stays, partial(_loss, _RIDGE[inputs]), error, effort.plan, seed, tick, vary, keep="last"
    )


def logits(
    members: Members, ramps: Ramps, hourly: Array, summary: Array, hours: tuple[int, ...]
) -> NDArray[np.float64]:
    """Mean logits of death in hospital [n, hours], for summaries at those hours."""
    members.eval()
    parts = []
    for at in range(0, len(hourly), _BLOCK):
        block = hourly[at : at + _BLOCK], summary[at : at + _BLOCK]
        when = np.broadcast_to(np.array(hours), block[1].shape[:2])
        parts.append(np.asarray(_logits(members, ramps, *block, when)))
    return np.concatenate(parts).astype(np.float64)


@nnx.jit  # type: ignore[untyped-decorator]
def _logits(members: Members, ramps: Ramps, hourly: Array, summary: Array, hours: Array) -> jax.Array:
    return members(hourly, ramps(summary), hours)[..., 0].mean(axis=0)


def _loss(
    ridge: float, members: Any, hourly: jax.Array, ramps: jax.Array, hours: jax.Array, wanted: jax.Array
) -> jax.Array:
    said = members(hourly, ramps, hours)
    wanted = wanted[None, :, None, :]
    known = ~jnp.isnan(wanted)
    deaths = optax.sigmoid_binary_cross_entropy(said[..., :DEATHS], wanted[..., :DEATHS])
    off = jnp.where(known, said - jnp.where(known, wanted, 0.0), 0.0)[..., DEATHS:]
    weights = jnp.array([1.0] + [_OTHER_DEATHS] * (DEATHS - 1))
    fitted = (deaths * weights).sum(-1) + _GUESSES * (0.5 * off**2).sum(-1)
    squares = sum((part.get_value() ** 2).sum() for part in (members.wide, members.straight))
    # Members are independent: each one's loss is its own.
    return fitted.mean(axis=(1, 2)).sum() + ridge * squares
