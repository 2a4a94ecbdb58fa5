"""Fits a generator on some people's windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from flax import nnx
from numpy.typing import NDArray

from models.deep.synth import (
    LATENT,
    MIDDLE,
    UNIT,
    glucose_context,
    rhythm_context,
    synth_glucose_inputs,
    synth_rhythm_inputs,
)
from models.training.fitting import Arrays, Curve, Plan, Report, fit, predict
from models.training.synth.judge import Sampler
from models.training.synth.kinds import Cut, Kind, Person, Rows, together
from models.training.synth.net import GLUCOSE, RHYTHM, Generator, Vae, loss

_TICK_MS = 1000.0 / 128.0
_BATCH = 256


def fit_generator(
    kind: Kind,
    people: Sequence[Person],
    unseen: Sequence[Person],
    plan: Plan,
    seed: int,
    report: Report = lambda *_: None,
) -> tuple[Any, Curve]:
    """A generator of these people's windows, after a fixed number of epochs; others only draw the curve."""
    rng = np.random.default_rng(seed)
    model = Vae(RHYTHM if kind.name == "synth_rhythm" else GLUCOSE, nnx.Rngs(seed))
    pool = _arrays(kind, _mixed(kind, people, rng), rng)
    held = _arrays(kind, _rare(unseen), rng)

    def bound(network: Any) -> float:
        network.eval()
        return float(_bound(network, held))

    def drawn(rng: np.random.Generator, batch: Arrays) -> Arrays:
        return _shaken(kind, batch, rng)

    curve = fit(model, pool, loss, bound, plan, seed, report, vary=drawn, keep="last")
    return Generator(model), curve


def sampler(kind: Kind, generator: Any) -> Sampler:
    """Runs rows of chance through a generator that is not exported yet."""
    inputs = synth_rhythm_inputs if kind.name == "synth_rhythm" else synth_glucose_inputs
    generator.eval()

    def run(rows: Rows) -> Rows:
        # Filled up to whole batches: every other length would be compiled anew.
        filled = np.concatenate([rows, np.repeat(rows[:1], -len(rows) % _BATCH, axis=0)])
        return predict(generator, inputs(filled), _BATCH)[: len(rows)].astype(np.float32)

    return run


@nnx.jit  # type: ignore[untyped-decorator]
def _bound(model: Any, batch: Arrays) -> Any:
    return loss(model, *batch)


def _rare(people: Sequence[Person]) -> Cut:
    pool = together([person.pool for person in people])
    return pool.take(pool.rare)


def _mixed(kind: Kind, people: Sequence[Person], rng: np.random.Generator) -> Cut:
    pool = together([person.pool for person in people])
    rare, common = np.flatnonzero(pool.rare), np.flatnonzero(~pool.rare)
    others = rng.permutation(common)[: int(kind.common * len(rare))]
    return pool.take(np.concatenate([rare, others]))


def _arrays(kind: Kind, windows: Cut, rng: np.random.Generator) -> Arrays:
    """Values, context and noise of the latent."""
    if kind.name == "synth_rhythm":
        values = np.log(windows.rows / windows.condition[:, -1:])
        context = rhythm_context(windows.condition)
    else:
        values, context = (windows.rows - MIDDLE) / UNIT, glucose_context(windows.condition)
    return values.astype(np.float32), context, _normal(rng, (len(windows), LATENT))


def _shaken(kind: Kind, batch: Arrays, rng: np.random.Generator) -> Arrays:
    """New noise; values moved within the recorder's steps, which a smooth density can't follow."""
    values, context, noise = batch
    if kind.name == "synth_rhythm":
        usual = 800.0 * np.exp(context[:, :, 1])
        moved = values + rng.uniform(-0.5, 0.5, values.shape) * _TICK_MS / (usual * np.exp(values))
    else:
        moved = values + rng.uniform(-0.9, 0.9, values.shape) / UNIT
    return moved.astype(np.float32), context, _normal(rng, noise.shape)


def _normal(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
    drawn: Rows = rng.normal(size=shape).astype(np.float32)
    return drawn
