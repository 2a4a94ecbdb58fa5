"""`train rhythm`: from a folder of recordings to a verified ONNX file, its manifest entry and card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from models.datasets.rr import RRRecord, load_records
from models.deep.manifest import Interval, ModelEntry, Sample, Tensor
from models.deep.networks import Networks
from models.deep.rhythm import BEATS, CHANNELS, FEATURE_NAMES
from models.training.calibration import fit_platt, sigmoid, threshold_for_specificity
from models.training.curves import draw_curves
from models.training.export import code_version, rounded, sha256, signature, to_onnx_bytes, write_entry
from models.training.rhythm_card import DATA, write_card
from models.training.rhythm_data import Examples, as_recorded, training_pool
from models.training.rhythm_evaluate import RhythmReport, evaluate_rhythm
from models.training.rhythm_fit import Curve, Plan, fit, predict
from models.training.rhythm_net import Ensemble
from models.training.splits import load_split

VERSION = "1.0.0"
BUDGET = 0.02
"""Share of windows without fibrillation that may be called AF on varied validation recordings."""
INPUTS = {"sequence": (BEATS, CHANNELS), "statistics": (len(FEATURE_NAMES),)}

Progress = Callable[[str, int, int], None]
"""Hears what is being done, steps done, steps in all."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is spent on training."""

    members: int = 3
    windows: int = 120_000
    stress: int = 12_000
    plan: Plan = field(default_factory=Plan)
    seed: int = 2007


def train_rhythm(data: Path, out: Path, progress: Progress, effort: Effort | None = None) -> ModelEntry:
    """Train on the committed split of LTAFDB in `data`; writes file, card, curve and manifest to `out`."""
    effort = effort or Effort()
    split = load_split("ltafdb")
    train, validation = (list(load_records(data, split.part(part))) for part in ("train", "validation"))
    pool = _drawn(train, effort.windows, effort.seed, "training windows", progress)
    stress = _drawn(validation, effort.stress, effort.seed + 1, "validation windows", progress)
    judges = [as_recorded(validation), stress]
    members, curves = _members(pool, judges, effort, progress)
    slope, offset, threshold = calibrate(members, judges)
    data_bytes = to_onnx_bytes(Ensemble(members, slope, offset), "rhythm", INPUTS, "p_af")
    out.mkdir(parents=True, exist_ok=True)
    (out / "rhythm.onnx").write_bytes(data_bytes)
    draw_curves(curves, out / "rhythm.png")
    entry = _entry(data_bytes, threshold)
    return judge_and_write(entry, data, out, progress)


def _drawn(records: Sequence[RRRecord], size: int, seed: int, what: str, progress: Progress) -> Examples:
    done = 0

    def tick(rows: int) -> None:
        nonlocal done
        done += rows
        progress(f"drawing {what}", done, 2 * size)

    return training_pool(records, size, seed, tick)


def _members(
    pool: Examples, judges: list[Examples], effort: Effort, progress: Progress
) -> tuple[list[Any], list[Curve]]:
    members, curves = [], []
    for number in range(effort.members):
        tick = partial(progress, f"training network {number + 1} of {effort.members}")
        member, curve = fit(pool, judges, effort.plan, effort.seed + number, tick)
        members.append(member)
        curves.append(curve)
    return members, curves


def calibrate(members: list[Any], judges: list[Examples]) -> tuple[float, float, float]:
    """Slope, offset and alert threshold, from validation people only: as recorded and varied alike."""
    logits = [np.mean([predict(member, judge) for member in members], axis=0) for judge in judges]
    af = np.concatenate([judge.af for judge in judges])
    weight = np.concatenate([judge.weight / judge.weight.sum() for judge in judges])
    slope, offset = fit_platt(np.concatenate(logits), af, weight)
    stress = judges[-1]
    scores = sigmoid(slope * logits[-1] + offset)
    return slope, offset, threshold_for_specificity(scores, stress.af, stress.weight, BUDGET)


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


def _entry(data: bytes, threshold: float) -> ModelEntry:
    rows = sample_rows()
    return ModelEntry(
        name="rhythm",
        version=VERSION,
        status="active",
        file="rhythm.onnx",
        sha256=sha256(data),
        card="rhythm.md",
        row=Tensor("intervals", (BEATS,)),
        unit="ms",
        inputs=signature(INPUTS),
        outputs=(Tensor("p_af", ()),),
        thresholds={"alert": round(threshold, 4)},
        metrics={},
        counts={},
        data=DATA,
        code=code_version(),
        sample=Sample(tuple(rounded(row) for row in rows), (0.0,) * len(rows), tolerance=1.0),
    )


def judge_and_write(entry: ModelEntry, data: Path, out: Path, progress: Progress) -> ModelEntry:
    """Evaluate the exported file through the product's own way, then write manifest and card."""
    write_entry(out, entry)
    networks = Networks.load(out)
    outputs = networks.run("rhythm", sample_rows())
    entry = replace_sample(entry, rounded(outputs))
    split, reports = load_split("ltafdb"), {}
    for part in ("validation", "test"):
        names = split.part(part)
        progress(f"evaluating {part} people", 0, len(names))
        reports[f"ltafdb {part}"] = evaluate_rhythm(networks, load_records(data, names))
    entry = with_metrics(entry, reports)
    write_entry(out, entry)
    write_card(out / entry.card, entry)
    Networks.load(out)
    return entry


def replace_sample(entry: ModelEntry, outputs: tuple[float, ...]) -> ModelEntry:
    """The entry with what the network answers to its sample rows."""
    return msgspec.structs.replace(entry, sample=Sample(entry.sample.rows, outputs))


def with_metrics(entry: ModelEntry, reports: dict[str, RhythmReport]) -> ModelEntry:
    """The entry with figures and counts of each set of people."""
    metrics, counts = {}, {}
    for name, report in reports.items():
        ranges = report.intervals()
        metrics[name] = {
            figure: Interval(*(round(value, 4) for value in (report.figures[figure], *ranges[figure])))
            for figure in ranges
        }
        windows = sum(person.scores.size for person in report.people)
        counts[name] = {"people": len(report.people), "windows": windows}
    return msgspec.structs.replace(entry, metrics=metrics, counts=counts)
