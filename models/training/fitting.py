"""Fits any network by batches, with early stopping on people it does not train on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import jax
import numpy as np
import optax
from flax import nnx
from numpy.typing import NDArray

Arrays = tuple[NDArray[Any], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast to learn."""

    epochs: int = 7
    batch: int = 256
    rate: float = 2e-3
    decay: float = 0.02
    patience: int = 3


@dataclass(slots=True)
class Curve:
    """Losses of each epoch: training (with dropout), and on validation people."""

    train: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)


Report = Callable[[int, int], None]
"""Hears after each batch: member's step, steps in all."""
Loss = Callable[..., jax.Array]
"""Mean loss of (model, *batch)."""
Vary = Callable[[np.random.Generator, Arrays], Arrays]
"""Makes another batch of a batch: augmentation."""


def as_it_is(_: np.random.Generator, batch: Arrays) -> Arrays:
    """No augmentation."""
    return batch


@nnx.jit  # type: ignore[untyped-decorator]
def _forward(model: Any, inputs: Arrays) -> jax.Array:
    return model(*inputs)


def predict(model: Any, inputs: Arrays, batch: int = 1024) -> NDArray[np.float64]:
    """Outputs of the network for all rows, without dropout."""
    model.eval()
    rows = len(inputs[0])
    parts = [
        np.asarray(_forward(model, tuple(part[at : at + batch] for part in inputs)))
        for at in range(0, rows, batch)
    ]
    return np.concatenate(parts).astype(np.float64)


@nnx.jit(static_argnums=(2,))  # type: ignore[untyped-decorator]
def _step(model: Any, optimiser: Any, loss: Loss, batch: Arrays) -> jax.Array:
    value, gradients = nnx.value_and_grad(lambda network: loss(network, *batch))(model)
    optimiser.update(model, gradients)
    return value


def _optimiser(model: Any, plan: Plan, total: int) -> Any:
    warm = min(200, total // 10)
    schedule = optax.warmup_cosine_decay_schedule(0.0, plan.rate, warm, total, plan.rate * 0.01)
    rule = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(schedule, weight_decay=plan.decay))
    return nnx.Optimizer(model, rule, wrt=nnx.Param)


def fit(
    model: Any,
    pool: Arrays,
    loss: Loss,
    judge: Callable[[Any], float],
    plan: Plan,
    seed: int,
    report: Report = lambda *_: None,
    vary: Vary = as_it_is,
    keep: Literal["best", "last"] = "best",
) -> Curve:
    """Train the network in place; it ends as it was in the epoch that `judge` called lowest.

    With `keep="last"` every epoch is run and `judge` only draws the curve.
    """
    rows = len(pool[0])
    steps = max(1, rows // plan.batch)
    optimiser, rng, curve = _optimiser(model, plan, steps * plan.epochs), np.random.default_rng(seed), Curve()
    best = nnx.state(model)
    for epoch in range(plan.epochs):
        model.train()
        order, losses = rng.permutation(rows), list[float]()
        for step in range(steps):
            at = order[step * plan.batch : (step + 1) * plan.batch]
            batch = vary(rng, tuple(part[at] for part in pool))
            losses.append(float(_step(model, optimiser, loss, batch)))
            report(epoch * steps + step + 1, steps * plan.epochs)
        curve.train.append(float(np.mean(losses)))
        curve.validation.append(judge(model))
        if curve.validation[-1] == min(curve.validation):
            best = jax.tree.map(lambda leaf: leaf.copy(), nnx.state(model))
        elif keep == "best" and _stalled(curve.validation, plan.patience):
            break
    if keep == "best":
        nnx.update(model, best)
    model.eval()
    return curve


def _stalled(losses: Sequence[float], patience: int) -> bool:
    return len(losses) - 1 - int(np.argmin(losses)) >= patience
