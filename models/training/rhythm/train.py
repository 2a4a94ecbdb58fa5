"""`train rhythm`: from a folder of recordings to a verified ONNX file, its manifest entry and card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.datasets.rr import RecordError, RRRecord, load_records
from models.deep.manifest import ModelEntry, Tensor
from models.deep.rhythm import BEATS, CHANNELS, FEATURE_NAMES
from models.training.calibration import fit_platt, sigmoid, threshold_for_specificity
from models.training.curves import draw_curves
from models.training.ensemble import Ensemble
from models.training.examples import join
from models.training.export import new_entry, register, signature, to_onnx_bytes
from models.training.rhythm.card import BUDGET, DATA, judge_again
from models.training.rhythm.data import Examples, as_recorded, training_pool
from models.training.rhythm.fit import Curve, Plan, fit, predict
from models.training.splits import load_split

VERSION = "1.0.0"
INPUTS = {"sequence": (BEATS, CHANNELS), "statistics": (len(FEATURE_NAMES),)}

Progress = Callable[[str, int, int], None]
"""Hears what is being done, steps done, steps in all."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is spent on training."""

    windows: int = 40_000
    """Varied windows drawn from each fold."""
    plan: Plan = field(default_factory=Plan)
    seed: int = 2007


@dataclass(frozen=True, slots=True)
class Fold:
    """People of one fold: each as recorded, and all of them varied."""

    names: tuple[str, ...]
    recorded: list[Examples]
    varied: Examples

    @property
    def judges(self) -> list[Examples]:
        """What a network that did not train on this fold is stopped and calibrated by."""
        return [join(self.recorded), self.varied]


@dataclass(frozen=True, slots=True)
class Answers:
    """Logits of one network on the fold it did not train on."""

    recorded: list[NDArray[np.float64]]
    varied: NDArray[np.float64]


def train_rhythm(data: Path, out: Path, progress: Progress, effort: Effort | None = None) -> ModelEntry:
    """Train on the committed split of LTAFDB in `data`; writes file, card, curve and manifest to `out`.

    Raises RecordError when a record of the split is missing.
    """
    effort, split = effort or Effort(), load_split("ltafdb")
    folds = [_fold(data, names, effort, number, progress) for number, names in enumerate(split.folds)]
    members, curves = _members(folds, effort, progress)
    answers = [_answers(member, fold) for member, fold in zip(members, folds, strict=True)]
    slope, offset, threshold = calibrate(folds, answers)
    graph = to_onnx_bytes(Ensemble(members, slope, offset), "rhythm", INPUTS, "p_af")
    register(out, graph, _entry(threshold), sample_rows())
    draw_curves(curves, out / "rhythm.png")
    return judge_again(out, data, progress)


def _fold(data: Path, names: Sequence[str], effort: Effort, number: int, progress: Progress) -> Fold:
    records = list(load_records(data, names))
    if len(records) < len(names):
        there = {record.name for record in records}
        raise RecordError(f"{data}: lacks records {', '.join(sorted(set(names) - there))} of LTAFDB")
    varied = _drawn(records, effort.windows, effort.seed + number, f"fold {number + 1}", progress)
    return Fold(tuple(record.name for record in records), [as_recorded(r) for r in records], varied)


def _drawn(records: Sequence[RRRecord], size: int, seed: int, what: str, progress: Progress) -> Examples:
    done = 0

    def tick(rows: int) -> None:
        nonlocal done
        done += rows
        progress(f"drawing windows of {what}", done, 2 * size)

    return training_pool(records, size, seed, tick)


def _members(folds: list[Fold], effort: Effort, progress: Progress) -> tuple[list[Any], list[Curve]]:
    members, curves = [], []
    for number, fold in enumerate(folds):
        pool = join([other.varied for other in folds if other is not fold])
        tick = partial(progress, f"training network {number + 1} of {len(folds)}")
        member, curve = fit(pool, fold.judges, effort.plan, effort.seed + number, tick)
        members.append(member)
        curves.append(curve)
    return members, curves


def _answers(member: Any, fold: Fold) -> Answers:
    return Answers([predict(member, person) for person in fold.recorded], predict(member, fold.varied))


def calibrate(folds: list[Fold], answers: list[Answers]) -> tuple[float, float, float]:
    """Slope and offset of the logits and the alert threshold, each network on people it never saw."""
    recorded = np.concatenate([logits for answer in answers for logits in answer.recorded])
    varied = np.concatenate([answer.varied for answer in answers])
    sets = [join([person for fold in folds for person in fold.recorded]), join([f.varied for f in folds])]
    af = np.concatenate([examples.af for examples in sets])
    weight = np.concatenate([examples.weight / examples.weight.sum() for examples in sets])
    slope, offset = fit_platt(np.concatenate([recorded, varied]), af, weight)
    scores = sigmoid(slope * varied + offset)
    return slope, offset, threshold_for_specificity(scores, sets[1].af, sets[1].weight, BUDGET)


def sample_rows() -> np.ndarray[Any, np.dtype[np.float32]]:
    """Four made-up windows: steady, breathing, bigeminy, without order."""
    rng, at = np.random.default_rng(60), np.arange(BEATS)
    rows = [
        820 + rng.normal(0, 8, BEATS),
        900 * (1 + 0.08 * np.sin(at / 0.8)),
        np.where(at % 2 == 0, 560.0, 1040.0) + rng.normal(0, 6, BEATS),
        rng.gamma(16, 42, BEATS) + 30,
    ]
    return np.round(np.stack(rows)).astype(np.float32)


def _entry(threshold: float) -> ModelEntry:
    return new_entry(
        "rhythm",
        VERSION,
        Tensor("intervals", (BEATS,)),
        "ms",
        signature(INPUTS),
        Tensor("p_af", ()),
        DATA,
        {"alert": round(threshold, 4)},
    )
