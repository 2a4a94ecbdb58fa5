"""`train glucose`: from a folder of series to a verified ONNX file, its manifest entry and card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from flax import nnx
from numpy.typing import NDArray

from models.deep.glucose import HORIZONS, LOW, OUTPUTS, QUANTILES, SHAPES, STEPS, glucose_inputs
from models.deep.manifest import ModelEntry, Tensor
from models.training.calibration import fit_platt, sigmoid, threshold_for_specificity
from models.training.curves import draw_curves
from models.training.export import new_entry, register, signature, to_onnx_bytes
from models.training.fitting import Arrays, Curve, Plan, fit, predict
from models.training.glucose.card import BUDGET, everyone, judge_again
from models.training.glucose.data import Windows, join
from models.training.glucose.net import UNIT, GlucoseEnsemble, GlucoseNet, loss
from models.training.splits import load_split

VERSION = "1.0.0"
DATA = "ShanghaiT1DM and ShanghaiT2DM (Zhao 2023, Scientific Data 10:35): 84 of their 112 people"
_BLOCK = 4096

Progress = Callable[[str, int, int], None]
Pairs = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is spent on training."""

    plan: Plan = field(default_factory=lambda: Plan(epochs=8, batch=256, rate=2e-3, decay=0.02))
    seed: int = 2023


def train_glucose(data: Path, out: Path, progress: Progress, effort: Effort | None = None) -> ModelEntry:
    """Train on the committed split of the Shanghai data; writes file, card, curve and manifest to `out`.

    Raises DatasetError when a person of the split is missing.
    """
    effort, split = effort or Effort(), load_split("shanghai_cgm")
    people = everyone(data)
    folds = [join([people[name] for name in fold]) for fold in split.folds]
    arrays = [training_arrays(fold) for fold in folds]
    members, curves = [], list[Curve]()
    for number in range(len(folds)):
        tick = partial(progress, f"training network {number + 1} of {len(folds)}")
        member, curve = _member(arrays, number, effort, tick)
        members.append(member)
        curves.append(curve)
    raw = [predict(member, held[:3]) for member, held in zip(members, arrays, strict=True)]
    low, high, threshold = _calibrated(np.concatenate(raw), folds)
    graph = to_onnx_bytes(GlucoseEnsemble(members, low, high), "glucose", SHAPES, "forecast")
    register(out, graph, _entry(threshold), sample_rows())
    draw_curves(curves, out / "glucose.png")
    return judge_again(out, people, progress)


def training_arrays(windows: Windows) -> Arrays:
    """Derived inputs, changes from now in units of the network [n, 2], events [n, 2]."""
    blocks = [glucose_inputs(windows.rows[at : at + _BLOCK]) for at in range(0, len(windows.rows), _BLOCK)]
    inputs = tuple(np.concatenate(part) for part in zip(*blocks, strict=True))
    change = (windows.truth - windows.now[:, None]) / UNIT
    return (*inputs, change.astype(np.float32), windows.events.astype(np.float32))


def _member(
    arrays: list[Arrays], number: int, effort: Effort, tick: Callable[[int, int], None]
) -> tuple[Any, Curve]:
    others = [part for i, part in enumerate(arrays) if i != number]
    pool = tuple(np.concatenate(part) for part in zip(*others, strict=True))
    held, model = arrays[number], GlucoseNet(nnx.Rngs(effort.seed + number))

    def error(network: Any) -> float:
        said = predict(network, held[:3])[:, len(HORIZONS) * len(QUANTILES) : -2]
        return float(np.sqrt(np.mean((said - held[3]) ** 2)))

    return model, fit(model, pool, loss, error, effort.plan, effort.seed + number, tick, vary=_forgetful)


def _forgetful(rng: np.random.Generator, batch: Arrays) -> Arrays:
    """A quarter of the rows loses its record of meals: most wearers will not tell."""
    recent, summary, *rest = batch
    recent, summary = recent.copy(), summary.copy()
    untold = rng.random(len(recent)) < 0.25
    recent[untold, :, 4:] = 0.0
    # The meals stand before the four columns of the clock.
    summary[untold, -11:-4] = 0.0
    return (recent, summary, *rest)


def _calibrated(raw: NDArray[np.float64], folds: list[Windows]) -> tuple[Pairs, Pairs, float]:
    """Platt's two numbers for low and for high, and the threshold for low, on validation people."""
    events = np.concatenate([fold.events for fold in folds])
    now = np.concatenate([fold.now for fold in folds])
    ones = np.ones(len(raw))
    low, high = (fit_platt(raw[:, -2 + i], events[:, i], ones) for i in (0, 1))
    fine = now >= LOW
    scores = sigmoid(low[0] * raw[fine, -2] + low[1])
    return low, high, threshold_for_specificity(scores, events[fine, 0], ones[fine], BUDGET)


def sample_rows() -> NDArray[np.float32]:
    """Made-up days: steady, falling with gaps, rising after a meal that nobody told of."""
    rows = np.full((3, STEPS, 3), np.nan, np.float32)
    at = np.arange(STEPS)
    rows[:, :, 2] = (at * 15 + 300) % 1440
    rows[0, :, :2] = np.stack([np.round(120 + 8 * np.sin(at / 7)), np.zeros(STEPS)], axis=1)
    rows[1, :, 0] = np.where(at % 5 == 0, np.nan, np.round(110 - 40 * (at > 90) * (at - 90) / 13))
    rows[1, -1, 0] = 72
    rows[2, 60:, 0] = np.round(140 + 3.0 * np.maximum(at[60:] - 85, 0))
    return rows


def _entry(threshold: float) -> ModelEntry:
    return new_entry(
        "glucose",
        VERSION,
        Tensor("day", (STEPS, 3)),
        "mg/dL, eaten (0 or 1), minute of the local day",
        signature(SHAPES),
        Tensor("forecast", (len(OUTPUTS),)),
        DATA,
        {"low": round(threshold, 4)},
    )
