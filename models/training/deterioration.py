"""`train deterioration`: from the CinC 2012 sets to two verified ONNX files, manifest entries and cards."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from numpy.typing import NDArray

from models.deep.deterioration import HOURS, VITALS, Inputs, channels, deterioration_inputs, shapes
from models.deep.manifest import ModelEntry, Sample, Tensor
from models.training.calibration import fit_platt, sigmoid, threshold_for_specificity
from models.training.curves import draw_curves
from models.training.deterioration_card import BUDGET, everyone, judge_again
from models.training.deterioration_data import Stays
from models.training.deterioration_net import DeteriorationEnsemble, DeteriorationNet
from models.training.export import code_version, register, signature, to_onnx_bytes
from models.training.fitting import Arrays, Curve, Plan, Report, fit, predict
from models.training.splits import load_split

VERSION = "1.0.0"
DATA = "PhysioNet/CinC Challenge 2012 (Silva 2012), sets a and b: the first 48 hours of 8,000 stays"
WIDE = {"wearable": 64, "clinical": 32}
"""Width of the reader of summaries: five members must stay below a megabyte."""
_BLOCK = 1024


ASKED = (5, 11, 17, 23, 29, 35, 41, 47)
"""Hours, counted from 0, whose answers are trained."""
_WEIGHTS = np.array([0.5, 2.0, 0.5, 5.0, 0.5, 2.0, 0.5, 8.0], np.float32) / 19.0
"""How much each counts: most where answers are judged."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is spent on training."""

    plan: Plan = field(default_factory=lambda: Plan(epochs=12, batch=128, rate=2e-3, decay=0.1, patience=5))
    variants: int = 2
    """Copies of every stay with measurements dropped."""
    seed: int = 2012


@dataclass(frozen=True, slots=True)
class Fold:
    """Derived inputs of one fold: as measured first, then thinned copies."""

    copies: list[tuple[NDArray[np.float32], NDArray[np.float32]]]
    died: NDArray[np.bool_]


def train_deterioration(
    inputs: Inputs, data: Path, out: Path, progress: Any, effort: Effort | None = None
) -> ModelEntry:
    """Train one version on the committed split in `data`; writes file, card, curve and manifest to `out`.

    Raises DatasetError when a stay of the split is missing.
    """
    effort, split, name = effort or Effort(), load_split("physionet2012"), f"deterioration_{inputs}"
    stays = everyone(inputs, data)
    parts = [stays.of(fold) for fold in split.folds]
    folds = [_fold(inputs, part, effort, number) for number, part in enumerate(parts)]
    members, curves = [], list[Curve]()
    for number in range(len(folds)):
        tick = partial(progress, f"training {inputs} network {number + 1} of {len(folds)}")
        member, curve = _member(inputs, folds, number, effort, tick)
        members.append(member)
        curves.append(curve)
    raw = np.concatenate([predict(m, fold.copies[0]) for m, fold in zip(members, folds, strict=True)])
    died = np.concatenate([fold.died for fold in folds])
    slope, offset = _calibrated(raw, died)
    graph = to_onnx_bytes(DeteriorationEnsemble(members, slope, offset), name, shapes(inputs), "p_death")
    scores = sigmoid(slope * raw + offset)
    threshold = threshold_for_specificity(scores[:, -1], died, np.ones(len(died)), BUDGET)
    register(out, graph, _entry(inputs, threshold), sample_rows(inputs))
    draw_curves(curves, out / f"{name}.png")
    return judge_again(out, inputs, stays, progress)


def _fold(inputs: Inputs, stays: Stays, effort: Effort, number: int) -> Fold:
    rng = np.random.default_rng(effort.seed + number)
    rows = [stays.rows, *(thinned(inputs, stays.rows, rng) for _ in range(effort.variants))]
    return Fold([derive(inputs, each) for each in rows], stays.died)


def derive(inputs: Inputs, rows: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The product's own derivation, block by block."""
    blocks = [deterioration_inputs(inputs, rows[at : at + _BLOCK]) for at in range(0, len(rows), _BLOCK)]
    hourly, summary = (np.concatenate([block[i] for block in blocks]) for i in (0, 1))
    return hourly, summary


def thinned(inputs: Inputs, rows: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """The stays as if less had been measured: single hours dropped, and now and then a whole vital."""
    out, vitals = rows.copy(), len(VITALS[inputs])
    often = rng.beta(1, 3, (len(rows), 1, 1)) * 0.8
    dropped = rng.random((len(rows), HOURS, vitals)) < often
    whole = rng.random((len(rows), 1, vitals)) < 0.06
    out[:, :, :vitals][dropped | whole] = np.nan
    return out


def _member(
    inputs: Inputs, folds: list[Fold], number: int, effort: Effort, tick: Report
) -> tuple[Any, Curve]:
    others = [fold for i, fold in enumerate(folds) if i != number]
    copies = [
        tuple(np.concatenate([fold.copies[k][part] for fold in others]) for part in (0, 1))
        for k in range(1 + effort.variants)
    ]
    died = np.concatenate([fold.died for fold in others]).astype(np.float32)
    held = folds[number]
    hourly, summary = (shape[1] for shape in shapes(inputs).values())
    model = DeteriorationNet(hourly, summary, WIDE[inputs], nnx.Rngs(effort.seed + number))

    def error(network: Any) -> float:
        said = predict(network, held.copies[0])[:, np.array(ASKED)]
        return float(np.mean(np.logaddexp(0, np.where(held.died[:, None], -said, said)) @ _WEIGHTS))

    def vary(rng: np.random.Generator, batch: Arrays) -> Arrays:
        at, label = batch
        chosen = rng.integers(0, len(copies), len(at))
        parts = [np.stack([copies[k][p][i] for k, i in zip(chosen, at, strict=True)]) for p in (0, 1)]
        return (*parts, label)

    pool = (np.arange(len(died)), died)
    return model, fit(model, pool, _loss, error, effort.plan, effort.seed + number, tick, vary)


def _loss(model: Any, hourly: jax.Array, summary: jax.Array, died: jax.Array) -> jax.Array:
    losses = optax.sigmoid_binary_cross_entropy(model(hourly, summary, ASKED), died[:, None])
    return jnp.mean(losses @ jnp.asarray(_WEIGHTS))


def _calibrated(raw: NDArray[np.float64], died: NDArray[np.bool_]) -> tuple[float, float]:
    """Platt's two numbers on validation people, at 24 and 48 hours together."""
    both = np.concatenate([raw[:, 23], raw[:, 47]])
    return fit_platt(both, np.concatenate([died, died]), np.ones(both.size))


def sample_rows(inputs: Inputs) -> NDArray[np.float32]:
    """Made-up stays: a day of steady vitals then silence; two sparse days that get worse."""
    vitals, hours = VITALS[inputs], np.arange(HOURS)
    rows = np.full((2, HOURS, channels(inputs)), np.nan, np.float32)
    for i, vital in enumerate(vitals):
        usual = np.exp(vital.centre) if vital.log else max(vital.centre, 1.0 if vital.name == "vent" else 0.0)
        rows[0, :24:6, i] = np.round(usual, 1)
        rows[1, i % 5 :: 8, i] = np.round(usual * (1 + 0.002 * (i % 3 - 1) * hours[i % 5 :: 8]), 1)
    rows[0, :, len(vitals) : len(vitals) + 2] = [48, 0]
    rows[1, :, len(vitals) : len(vitals) + 2] = [79, 1]
    return rows


def _entry(inputs: Inputs, threshold: float) -> ModelEntry:
    name = f"deterioration_{inputs}"
    return ModelEntry(
        name=name,
        version=VERSION,
        status="shadow",
        file=f"{name}.onnx",
        sha256="",
        card=f"{name}.md",
        row=Tensor("hours", (HOURS, channels(inputs))),
        unit=", ".join(f"{vital.name} ({vital.unit})" for vital in VITALS[inputs]),
        inputs=signature(shapes(inputs)),
        outputs=(Tensor("p_death", (HOURS,)),),
        thresholds={"alert_48h": round(threshold, 4)},
        metrics={},
        counts={},
        data=DATA,
        code=code_version(),
        sample=Sample((), ()),
    )
