"""`train diabetes`: from the two tables to a verified ONNX file, its manifest entry and card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import jax
import numpy as np
import optax
from flax import nnx
from numpy.typing import NDArray

from models.deep.diabetes import COLUMNS, WIDTH
from models.deep.manifest import ModelEntry, Tensor
from models.training.calibration import fit_logistic, fit_platt
from models.training.curves import draw_curves
from models.training.diabetes.card import judge_again
from models.training.diabetes.data import Everyone, gather
from models.training.diabetes.net import DiabetesEnsemble, DiabetesNet, Straight, with_clinic
from models.training.export import new_entry, register, signature, to_onnx_bytes
from models.training.fitting import Curve, Plan, fit, predict

VERSION = "1.0.0"
RIDGE = (30.0, 1.0)
"""Penalty of the straight part without and with a clinic's values."""
DATA = (
    "NHANES 2009-2012 extract of the R package NHANES (CDC/NCHS, public domain; one row a person) and "
    "Pima Indians Diabetes (NIDDK, Smith 1988)"
)

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is spent on training."""

    plan: Plan = field(default_factory=lambda: Plan(epochs=20, batch=256, rate=2e-3, decay=0.1))
    seed: int = 1988


def train_diabetes(
    data: Sequence[Path], out: Path, progress: Progress, effort: Effort | None = None
) -> ModelEntry:
    """Train on the committed folds of both tables; writes file, card, curve and manifest to `out`.

    Raises DatasetError when a table, or a person of its split, is missing.
    """
    effort, everyone = effort or Effort(), gather(data)
    members, curves = [], list[Curve]()
    logits = np.zeros(len(everyone.labels))
    for number in range(everyone.folds):
        held = everyone.fold == number
        tick = partial(progress, f"training network {number + 1} of {everyone.folds}")
        member, curve = _member(everyone, ~held, held, effort, number, tick)
        members.append(member)
        curves.append(curve)
        logits[held] = predict(member, (everyone.inputs[held],))
    known = everyone.fold >= 0
    slope, offset = fit_platt(logits[known], everyone.labels[known], np.ones(int(known.sum())))
    graph = to_onnx_bytes(DiabetesEnsemble(members, slope, offset), "diabetes", {"known": (WIDTH,)}, "p")
    register(out, graph, _entry(), sample_rows())
    draw_curves(curves, out / "diabetes.png")
    return judge_again(out, everyone, progress)


def _member(
    everyone: Everyone,
    train: NDArray[np.bool_],
    held: NDArray[np.bool_],
    effort: Effort,
    number: int,
    tick: Callable[[int, int], None],
) -> tuple[Any, Curve]:
    train = train & (everyone.fold >= 0)
    x, y = everyone.inputs[train], everyone.labels[train]
    model = DiabetesNet(_straight(x, y), nnx.Rngs(effort.seed + number))
    told = everyone.inputs[held], everyone.labels[held].astype(np.float32)

    def loss_of(network: Any) -> float:
        network.eval()
        return float(_loss(network, *told))

    # The curve is drawn, but the last epoch is kept: choosing by the fold would make it no test.
    patient = Plan(effort.plan.epochs, effort.plan.batch, effort.plan.rate, effort.plan.decay, 10_000)
    curve = fit(model, (x, y.astype(np.float32)), _loss, loss_of, patient, effort.seed, tick, keep="last")
    return model, curve


def _loss(model: Any, x: jax.Array, y: jax.Array) -> jax.Array:
    return optax.sigmoid_binary_cross_entropy(model(x), y).mean()


def _straight(x: NDArray[np.float32], y: NDArray[np.bool_]) -> Straight:
    clinic = with_clinic(x)
    parts = []
    for chosen, ridge in zip((~clinic, clinic), RIDGE, strict=True):
        weights = np.ones(int(chosen.sum()))
        parts.append(fit_logistic(x[chosen].astype(np.float64), y[chosen], weights, ridge))
    return Straight(np.stack([part[0] for part in parts]), np.array([part[1] for part in parts]))


def sample_rows() -> NDArray[np.float32]:
    """Made-up people: all known, a wearable's view only, nothing known."""
    rows = np.full((4, len(COLUMNS)), np.nan, np.float32)
    rows[0] = [50, 0, 33, 72, 130, 80, 165, 180, 34, 4, 0.6]
    rows[1, :6] = [35, 1, 24, 60, 118, 70]
    rows[2, :6] = [67, 0, 31, 78, 141, 82]
    return rows


def _entry() -> ModelEntry:
    return new_entry(
        "diabetes",
        VERSION,
        Tensor("known", (len(COLUMNS),)),
        ", ".join(f"{column.name} ({column.unit})" for column in COLUMNS),
        signature({"known": (WIDTH,)}),
        Tensor("p", ()),
        DATA,
    )
