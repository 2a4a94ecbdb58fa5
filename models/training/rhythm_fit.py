"""Fits one rhythm network with early stopping on people it does not train on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np
import optax
from flax import nnx
from numpy.typing import NDArray

from models.training.calibration import log_loss
from models.training.rhythm_data import Examples
from models.training.rhythm_net import RhythmNet


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast to learn."""

    epochs: int = 7
    batch: int = 256
    rate: float = 2e-3
    decay: float = 0.02
    smoothing: float = 0.02
    patience: int = 3


@dataclass(slots=True)
class Curve:
    """Losses of each epoch, nats: training (with dropout), and each validation set."""

    train: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)


Report = Callable[[int, int], None]
"""Hears after each batch: member's step, steps in all."""


def predict(model: Any, examples: Examples, batch: int = 1024) -> NDArray[np.float64]:
    """Logits [n] without dropout."""
    model.eval()
    parts = [
        np.asarray(_logits(model, examples.sequence[at : at + batch], examples.statistics[at : at + batch]))
        for at in range(0, len(examples), batch)
    ]
    return np.concatenate(parts).astype(np.float64)


@nnx.jit  # type: ignore[untyped-decorator]
def _logits(model: Any, sequence: jax.Array, statistics: jax.Array) -> jax.Array:
    return model(sequence, statistics)


@nnx.jit(static_argnums=(5,))  # type: ignore[untyped-decorator]
def _step(
    model: Any,
    optimiser: Any,
    sequence: jax.Array,
    statistics: jax.Array,
    target: jax.Array,
    smoothing: float,
) -> jax.Array:
    def loss(net: Any) -> jax.Array:
        soft = target * (1 - smoothing) + smoothing / 2
        return optax.sigmoid_binary_cross_entropy(net(sequence, statistics), soft).mean()

    value, gradients = nnx.value_and_grad(loss)(model)
    optimiser.update(model, gradients)
    return value


def fit(pool: Examples, judges: list[Examples], plan: Plan, seed: int, report: Report) -> tuple[Any, Curve]:
    """The network of the epoch with the lowest mean loss over `judges`, and its learning curve."""
    mean, scale = pool.statistics.mean(axis=0), pool.statistics.std(axis=0) + 1e-3
    model = RhythmNet(mean, scale, nnx.Rngs(seed))
    steps = len(pool) // plan.batch
    total = steps * plan.epochs
    warm = min(200, total // 10)
    schedule = optax.warmup_cosine_decay_schedule(0.0, plan.rate, warm, total, plan.rate * 0.01)
    rule = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(schedule, weight_decay=plan.decay))
    optimiser = nnx.Optimizer(model, rule, wrt=nnx.Param)
    rng, curve, best = np.random.default_rng(seed), Curve(), nnx.state(model)
    for epoch in range(plan.epochs):
        model.train()
        order = rng.permutation(len(pool))
        losses = []
        for step in range(steps):
            at = order[step * plan.batch : (step + 1) * plan.batch]
            target = pool.af[at].astype(np.float32)
            loss = _step(model, optimiser, pool.sequence[at], pool.statistics[at], target, plan.smoothing)
            losses.append(float(loss))
            report(epoch * steps + step + 1, total)
        curve.train.append(float(np.mean(losses)))
        curve.validation.append(float(np.mean([log_loss(predict(model, j), j.af, j.weight) for j in judges])))
        if curve.validation[-1] == min(curve.validation):
            best = jax.tree.map(lambda leaf: leaf.copy(), nnx.state(model))
        elif epoch - int(np.argmin(curve.validation)) >= plan.patience:
            break
    nnx.update(model, best)
    model.eval()
    return model, curve
