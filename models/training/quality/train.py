"""`train quality`: from a folder of recordings to a verified ONNX file, its manifest entry and card."""

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

from models.datasets.rr import RecordError, RRRecord, load_records
from models.deep.beat_quality import CHANNELS, STATISTICS
from models.deep.manifest import ModelEntry, Tensor
from models.signals.beats import BEATS
from models.training import fitting
from models.training.calibration import fit_platt, log_loss, sigmoid
from models.training.curves import draw_curves
from models.training.ensemble import Ensemble
from models.training.examples import join
from models.training.export import new_entry, register, signature, to_onnx_bytes
from models.training.fitting import Curve, Plan
from models.training.quality.artefacts import TRAINED
from models.training.quality.bursts import spoil
from models.training.quality.card import BUDGET, HARD, WORST, judged
from models.training.quality.data import Examples, derive, pool
from models.training.quality.evaluate import as_it_is, form
from models.training.quality.net import QualityNet
from models.training.splits import load_split

VERSION = "1.0.0"
INPUTS = {"sequence": (BEATS, CHANNELS), "statistics": (len(STATISTICS),)}
DATA = (
    "Long-Term AF Database 1.0.0, PhysioNet (Petrutiu 2007): RR intervals of 63 of its 84 records, with "
    "planted artefacts (models/training/quality/artefacts.py)"
)

Progress = Callable[[str, int, int], None]
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is spent on training."""

    windows: int = 50_000
    """Drawn from each fold."""
    plan: Plan = field(default_factory=lambda: Plan(epochs=7, batch=512, rate=4e-3, decay=0.01))
    seed: int = 60


@dataclass(frozen=True, slots=True)
class Fold:
    """People of one fold: drawn windows of all, and each one's recording as the stream forms it."""

    drawn: Examples
    spoilt: list[Examples]
    clean: list[Examples]

    @property
    def judges(self) -> list[Examples]:
        """What a network that did not train on this fold is stopped by."""
        return [self.drawn, join(self.spoilt)]


def train_quality(data: Path, out: Path, progress: Progress, effort: Effort | None = None) -> ModelEntry:
    """Train on the committed split of LTAFDB in `data`; writes file, card, curve and manifest to `out`.

    What dropped windows save is judged with the rhythm network that ships.
    Raises RecordError when a record of the split is missing.
    """
    effort, split = effort or Effort(), load_split("ltafdb")
    folds = [_fold(data, names, effort, number, progress) for number, names in enumerate(split.folds)]
    members, curves = _members(folds, effort, progress)
    slope, offset, threshold = calibrate(folds, members)
    graph = to_onnx_bytes(Ensemble(members, slope, offset), "quality", INPUTS, "p_usable")
    entry = register(out, graph, _entry(threshold), sample_rows())
    draw_curves(curves, out / "quality.png")
    return judged(entry, data, out, progress)


def _fold(data: Path, names: Sequence[str], effort: Effort, number: int, progress: Progress) -> Fold:
    records = list(load_records(data, names))
    if len(records) < len(names):
        there = {record.name for record in records}
        raise RecordError(f"{data}: lacks records {', '.join(sorted(set(names) - there))} of LTAFDB")
    what = f"drawing windows of fold {number + 1}"
    drawn = pool(records, effort.windows, effort.seed + number, lambda at: progress(what, at, effort.windows))
    both = [_recorded(record) for record in records]
    return Fold(drawn, [spoilt for spoilt, _ in both], [clean for _, clean in both])


def _recorded(record: RRRecord) -> tuple[Examples, Examples]:
    """A recording spoilt by the kinds that may be trained on, and as it is."""
    spoilt, clean = form(spoil(record, tuple(TRAINED), seed=1)), form(as_it_is(record))
    return derive(spoilt.rows, spoilt.usable), derive(clean.rows, clean.usable)


def _members(folds: list[Fold], effort: Effort, progress: Progress) -> tuple[list[Any], list[Curve]]:
    members, curves = [], []
    for number, fold in enumerate(folds):
        drawn = join([other.drawn for other in folds if other is not fold])
        tick = partial(progress, f"training network {number + 1} of {len(folds)}")
        member, curve = _fit(drawn, fold.judges, effort, number, tick)
        members.append(member)
        curves.append(curve)
    return members, curves


def _fit(
    drawn: Examples, judges: list[Examples], effort: Effort, number: int, tick: Callable[[int, int], None]
) -> tuple[Any, Curve]:
    mean, scale = drawn.statistics.mean(axis=0), drawn.statistics.std(axis=0) + 1e-3
    model = QualityNet(mean, scale, nnx.Rngs(effort.seed + number))

    def judge(network: Any) -> float:
        return float(np.mean([log_loss(predict(network, j), j.usable, np.ones(len(j))) for j in judges]))

    arrays = (drawn.sequence, drawn.statistics, drawn.usable.astype(np.float32))
    return model, fitting.fit(model, arrays, _loss, judge, effort.plan, effort.seed + number, tick)


def predict(model: Any, examples: Examples) -> Scores:
    """Logits [n] without dropout."""
    logits: Scores = fitting.predict(model, (examples.sequence, examples.statistics))
    return logits


def _loss(model: Any, sequence: jax.Array, statistics: jax.Array, usable: jax.Array) -> jax.Array:
    return optax.sigmoid_binary_cross_entropy(model(sequence, statistics), usable).mean()


def calibrate(folds: list[Fold], members: list[Any]) -> tuple[float, float, float]:
    """Slope and offset of the logits and the threshold of `usable`, each network on people it never saw."""
    pairs = list(zip(folds, members, strict=True))
    logits = np.concatenate([predict(member, person) for fold, member in pairs for person in fold.spoilt])
    usable = np.concatenate([person.usable for fold in folds for person in fold.spoilt])
    slope, offset = fit_platt(logits, usable, np.ones(len(logits)))
    clean = [predict(member, person) for fold, member in pairs for person in fold.clean]
    hard = np.concatenate([predict(member, fold.drawn)[fold.drawn.clean] for fold, member in pairs])
    edge = min(_edge(np.concatenate(clean), BUDGET), _edge(hard, HARD), *(_edge(one, WORST) for one in clean))
    return slope, offset, float(sigmoid(np.array(slope * edge + offset)))


def _edge(logits: Scores, budget: float) -> float:
    """The highest logit below which at most the share `budget` lies."""
    return float(np.sort(logits)[int(budget * logits.size)]) if logits.size else np.inf


def sample_rows() -> NDArray[np.float32]:
    """Four made-up windows: steady, bigeminy, without order, every third beat missed or moved."""
    rng, at = np.random.default_rng(60), np.arange(BEATS)
    rows = [
        820 + rng.normal(0, 8, BEATS),
        np.where(at % 2 == 0, 560.0, 1040.0) + rng.normal(0, 6, BEATS),
        rng.gamma(16, 42, BEATS) + 30,
        np.where(rng.random(BEATS) < 0.33, 1600.0, 800.0) + np.diff(rng.normal(0, 60, BEATS + 1)),
    ]
    return np.round(np.stack(rows)).astype(np.float32)


def _entry(threshold: float) -> ModelEntry:
    return new_entry(
        "quality",
        VERSION,
        Tensor("intervals", (BEATS,)),
        "ms",
        signature(INPUTS),
        Tensor("p_usable", ()),
        DATA,
        {"usable": _down(threshold)},
    )


def _down(threshold: float) -> float:
    """Four digits, never above: the budget holds."""
    return float(np.floor(threshold * 1e4) / 1e4)
