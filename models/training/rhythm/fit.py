"""Fits one rhythm network with early stopping on people it does not train on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import optax
from flax import nnx
from numpy.typing import NDArray

from models.training import fitting
from models.training.calibration import log_loss
from models.training.fitting import Curve, Report
from models.training.rhythm.data import Examples
from models.training.rhythm.net import RhythmNet

__all__ = ["Curve", "Plan", "Report", "fit", "predict"]


@dataclass(frozen=True, slots=True)
class Plan(fitting.Plan):
    """How long and how fast to learn."""

    smoothing: float = 0.02


def predict(model: Any, examples: Examples, batch: int = 1024) -> NDArray[np.float64]:
    """Logits [n] without dropout."""
    return fitting.predict(model, (examples.sequence, examples.statistics), batch)


def _loss(model: Any, sequence: jax.Array, statistics: jax.Array, soft: jax.Array) -> jax.Array:
    return optax.sigmoid_binary_cross_entropy(model(sequence, statistics), soft).mean()


def fit(pool: Examples, judges: list[Examples], plan: Plan, seed: int, report: Report) -> tuple[Any, Curve]:
    """The network of the epoch with the lowest mean loss over `judges`, and its learning curve."""
    mean, scale = pool.statistics.mean(axis=0), pool.statistics.std(axis=0) + 1e-3
    model = RhythmNet(mean, scale, nnx.Rngs(seed))
    soft = pool.af.astype(np.float32) * (1 - plan.smoothing) + plan.smoothing / 2

    def judge(network: Any) -> float:
        return float(np.mean([log_loss(predict(network, j), j.af, j.weight) for j in judges]))

    arrays = (pool.sequence, pool.statistics, soft.astype(np.float32))
    return model, fitting.fit(model, arrays, _loss, judge, plan, seed, report)
