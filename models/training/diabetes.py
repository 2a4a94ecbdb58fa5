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

from models.datasets.tables import DatasetError
from models.deep.diabetes import COLUMNS, WIDTH, diabetes_inputs
from models.deep.manifest import ModelEntry, Sample, Tensor
from models.training.calibration import fit_logistic, fit_platt, sigmoid, threshold_for_specificity
from models.training.cards import group_table, write_card
from models.training.curves import draw_curves
from models.training.diabetes_data import Table, load_table
from models.training.diabetes_evaluate import groups, report
from models.training.diabetes_net import DiabetesEnsemble, DiabetesNet, Straight, with_clinic
from models.training.export import code_version, register, signature, to_onnx_bytes, write_entry
from models.training.fitting import Curve, Plan, fit, predict
from models.training.metrics import auroc
from models.training.report import with_reports
from models.training.splits import load_split

VERSION = "1.0.0"
BUDGET = 0.2
"""Share of people without diabetes that a threshold may call positive."""
RIDGE = (30.0, 1.0)
"""Penalty of the straight part without and with a clinic's values."""
DATA = (
    "NHANES 2009-2012 extract of the R package NHANES (CDC/NCHS, public domain; one row a person) and "
    "Pima Indians Diabetes (NIDDK, Smith 1988)"
)
SETS = ("pima_diabetes", "nhanes_2009_12")

Progress = Callable[[str, int, int], None]
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is spent on training."""

    plan: Plan = field(default_factory=lambda: Plan(epochs=20, batch=256, rate=2e-3, decay=0.1))
    seed: int = 1988


@dataclass(frozen=True, slots=True)
class Everyone:
    """Both tables one below the other, with the fold of each person."""

    inputs: NDArray[np.float32]
    labels: NDArray[np.bool_]
    fold: NDArray[np.int64]
    tables: tuple[Table, ...]

    def part(self, table: Table) -> slice:
        """Where a table's people stand."""
        start = sum(len(t.labels) for t in self.tables[: self.tables.index(table)])
        return slice(start, start + len(table.labels))


def train_diabetes(
    data: Sequence[Path], out: Path, progress: Progress, effort: Effort | None = None
) -> ModelEntry:
    """Train on the committed folds of both tables; writes file, card, curve and manifest to `out`.

    Raises DatasetError when a table, or a person of its split, is missing.
    """
    effort, everyone = effort or Effort(), gather(data)
    count = int(everyone.fold.max()) + 1
    members, curves = [], list[Curve]()
    logits, plain = (np.zeros(len(everyone.labels)) for _ in "ab")
    for number in range(count):
        held = everyone.fold == number
        tick = partial(progress, f"training network {number + 1} of {count}")
        member, curve = _member(everyone, ~held, held, effort, number, tick)
        members.append(member)
        curves.append(curve)
        logits[held] = predict(member, (everyone.inputs[held],))
        plain[held] = _plain_regression(everyone, ~held, held)
    slope, offset = fit_platt(logits, everyone.labels, np.ones(len(logits)))
    graph = to_onnx_bytes(DiabetesEnsemble(members, slope, offset), "diabetes", {"known": (WIDTH,)}, "p")
    entry = register(out, graph, _entry(), sample_rows())
    draw_curves(curves, out / "diabetes.png")
    return _judged(entry, everyone, cross_calibrated(logits, everyone), plain, out)


def gather(data: Sequence[Path]) -> Everyone:
    """Both tables from their folders, in whichever order they are given."""
    found = {table.dataset: table for table in map(load_table, data)}
    if set(found) != set(SETS):
        raise DatasetError(f"diabetes trains on both {' and '.join(SETS)}: give --data twice")
    tables = tuple(found[name] for name in SETS)
    folds = [_folds(table) for table in tables]
    inputs = np.concatenate([diabetes_inputs(table.rows)[0] for table in tables])
    labels = np.concatenate([table.labels for table in tables])
    return Everyone(inputs, labels, np.concatenate(folds), tables)


def _folds(table: Table) -> list[int]:
    split = load_split(table.dataset)
    where = {name: number for number, fold in enumerate(split.folds) for name in fold}
    missing = set(where) - set(table.keys)
    if missing:
        raise DatasetError(f"{table.dataset}: lacks {len(missing)} people of the committed split")
    # People beyond the committed list train nothing: they are in no fold.
    return [where.get(key, -1) for key in table.keys]


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


def _plain_regression(everyone: Everyone, train: NDArray[np.bool_], held: NDArray[np.bool_]) -> Scores:
    """The floor: a logistic regression of each table on the scaled values alone, without bends."""
    values, out = everyone.inputs[:, : len(COLUMNS)].astype(np.float64), np.zeros(len(held))
    for table in everyone.tables:
        own = np.zeros(len(held), bool)
        own[everyone.part(table)] = True
        rows = own & train & (everyone.fold >= 0)
        weights, offset = fit_logistic(values[rows], everyone.labels[rows], np.ones(int(rows.sum())), 1.0)
        out[own & held] = values[own & held] @ weights + offset
    return out[held]


def cross_calibrated(logits: Scores, everyone: Everyone) -> Scores:
    """Probabilities of each fold, calibrated on the other folds."""
    out = np.zeros(len(logits))
    for number in range(int(everyone.fold.max()) + 1):
        held = everyone.fold == number
        others = ~held & (everyone.fold >= 0)
        slope, offset = fit_platt(logits[others], everyone.labels[others], np.ones(int(others.sum())))
        out[held] = sigmoid(slope * logits[held] + offset)
    return out


def sample_rows() -> NDArray[np.float32]:
    """Made-up people: all known, a wearable's view only, nothing known."""
    rows = np.full((4, len(COLUMNS)), np.nan, np.float32)
    rows[0] = [50, 0, 33, 72, 130, 80, 165, 180, 34, 4, 0.6]
    rows[1, :6] = [35, 1, 24, 60, 118, 70]
    rows[2, :6] = [67, 0, 31, 78, 141, 82]
    return rows


def _entry() -> ModelEntry:
    return ModelEntry(
        name="diabetes",
        version=VERSION,
        status="shadow",
        file="diabetes.onnx",
        sha256="",
        card="diabetes.md",
        row=Tensor("known", (len(COLUMNS),)),
        unit=", ".join(f"{column.name} ({column.unit})" for column in COLUMNS),
        inputs=signature({"known": (WIDTH,)}),
        outputs=(Tensor("p", ()),),
        thresholds={},
        metrics={},
        counts={},
        data=DATA,
        code=code_version(),
        sample=Sample((), ()),
    )


def _judged(entry: ModelEntry, everyone: Everyone, scores: Scores, plain: Scores, out: Path) -> ModelEntry:
    """Entry and card with the figures of people whom the answering member never saw."""
    reports, floors, told = {}, [], []
    for table in everyone.tables:
        part = everyone.part(table)
        own, ones = scores[part], np.ones(len(table.labels))
        threshold = round(threshold_for_specificity(own, table.labels, ones, BUDGET), 4)
        entry.thresholds[table.dataset] = threshold
        reports[f"{table.dataset} cross-validated"] = report(table, own, threshold, VERSION)
        floors.append(f"{table.dataset} {auroc(plain[part], table.labels):.4f}")
        told.append(f"### {table.dataset}\n\n{group_table(groups(table, own, threshold))}")
    entry = with_reports(entry, reports)
    write_entry(out, entry)
    thresholds = ", ".join(f"{value} ({name})" for name, value in entry.thresholds.items())
    parts = {"thresholds": thresholds, "budget": f"{BUDGET:.0%}", "floors": ", ".join(floors)}
    write_card(out, entry, "diabetes_card.md", groups="\n\n".join(told), **parts)
    return entry
