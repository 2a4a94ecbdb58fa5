"""`train unusual`: from recordings and simulated days to a verified ONNX file, manifest entry and card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from flax import nnx
from numpy.typing import NDArray

from models.datasets.rr import RecordError, record_names
from models.deep.manifest import ModelEntry, Tensor
from models.deep.networks import Networks
from models.deep.unusual import CHANNELS, MINUTES, SHAPES, unusual_inputs
from models.training.curves import draw_curves
from models.training.export import new_entry, register, signature, to_onnx_bytes, write_entry
from models.training.fitting import Arrays, Curve, Plan, fit, predict
from models.training.splits import load_split
from models.training.unusual.card import VALIDATION, Known, judged, of_folds
from models.training.unusual.data import ORDINARY, Days
from models.training.unusual.evaluate import (
    TEST,
    TEST_ORDINARY,
    Cohort,
    score,
)
from models.training.unusual.judge import BUDGET, BUDGET_HEART, threshold_for
from models.training.unusual.net import (
    CODE,
    UnusualError,
    UnusualNet,
    UnusualRarity,
    group_flags,
    loss,
)
from models.training.unusual.table import tables

VERSION = "1.0.0"
DATA = (
    "simulated wearers of vitalstream's own simulator (all five channels), and Long-Term AF Database 1.0.0, "
    "PhysioNet (Petrutiu 2007): heart rate and variability of 63 of its 84 records"
)
Progress = Callable[[str, int, int], None]
Rows = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is spent on training."""

    train: Cohort = field(default_factory=lambda: Cohort(1001, 80))
    validation: Cohort = VALIDATION
    test: Cohort = TEST
    ordinary: Cohort = TEST_ORDINARY
    plan: Plan = field(default_factory=lambda: Plan(epochs=30, batch=256, rate=2e-3, decay=1e-3, patience=8))
    seed: int = 604


def train_unusual(data: Path, out: Path, progress: Progress, effort: Effort | None = None) -> ModelEntry:
    """Train on simulated days and LTAFDB in `data`; writes file, card, curve and manifest to `out`.

    Raises RecordError when a record of the split is missing.
    """
    effort, split = effort or Effort(), load_split("ltafdb")
    missing = {*split.development, *split.test} - set(record_names(data))
    if missing:
        raise RecordError(f"{data}: lacks records {', '.join(sorted(missing))} of LTAFDB")
    half = len(split.folds) // 2
    train = [
        *effort.train.days(ORDINARY, progress),
        *of_folds(data, split.folds[:half], progress, "training"),
    ]
    wearers = effort.validation.days(ORDINARY, progress)
    people = of_folds(data, split.folds[half:], progress, "validation")
    net, curve = _fitted(_ordinary(train), _ordinary([*wearers, *people]), effort, progress)
    error = UnusualError(net, _spread(net, _ordinary(train)))
    knots, slopes = tables(*_errors(error, _ordinary(wearers), _ordinary(people), effort.seed))
    graph = to_onnx_bytes(UnusualRarity(error, knots, slopes), "unusual", SHAPES, "rarity")
    entry = register(out, graph, _entry(), sample_rows())
    draw_curves([curve], out / "unusual.png")
    entry = _with_thresholds(entry, wearers, people, out)
    return judged(
        entry, Known(wearers, people, data, split.test), out, effort.test, effort.ordinary, progress
    )


def _ordinary(people: Sequence[Days]) -> Rows:
    return np.concatenate([days.rows[days.ordinary] for days in people])


def _fitted(train: Rows, held: Rows, effort: Effort, progress: Progress) -> tuple[Any, Curve]:
    """The network of the epoch with the lowest loss on people it did not train on."""
    net, rng = UnusualNet(nnx.Rngs(effort.seed)), np.random.default_rng(effort.seed)
    pool = (*unusual_inputs(train), np.zeros((len(train), CODE), np.float32))
    judged = _forgetful(rng, (*unusual_inputs(held), np.zeros((len(held), CODE), np.float32)))
    middle = (judged[0], judged[1], np.zeros_like(judged[2]))

    def lost(model: Any) -> float:
        return float(loss(model, *middle))

    tick = partial(progress, "training")
    return net, fit(net, pool, loss, lost, effort.plan, effort.seed, tick, vary=_forgetful)


def _forgetful(rng: np.random.Generator, batch: Arrays) -> Arrays:
    """Half of the hours lose channels, a third a stretch of minutes: many devices tell less, or stop."""
    values, present, chance = batch
    kept = present * ~_lost(rng, present)
    begins, lasts = rng.integers(0, MINUTES - 15, len(kept)), rng.integers(5, 30, len(kept))
    at = np.arange(MINUTES)[None, :]
    gap = (at >= begins[:, None]) & (at < (begins + lasts)[:, None]) & (rng.random(len(kept)) < 0.3)[:, None]
    kept = (kept * ~gap[:, :, None]).astype(np.float32)
    return values * kept, kept, rng.standard_normal(chance.shape).astype(np.float32)


def _lost(rng: np.random.Generator, present: NDArray[Any]) -> NDArray[np.bool_]:
    """Which channels [n, 1, 5] are left out; never all of an hour."""
    share = np.where(rng.random((len(present), 1, 1)) < 0.5, 0.35, 0.0)
    lost = rng.random((len(present), 1, len(CHANNELS))) < share
    left = (present.any(axis=1, keepdims=True) & ~lost).any(axis=2, keepdims=True)
    return np.asarray(lost & left)


def _spread(net: UnusualNet, rows: Rows) -> NDArray[np.float64]:
    """Ordinary spread of each channel's mean residual."""
    values, present = unusual_inputs(rows)
    means, there = predict(net, (values, present)), present.sum(axis=1) > 0
    return np.array([means[there[:, i], i].std() for i in range(len(CHANNELS))])


def _errors(error: UnusualError, wearers: Rows, people: Rows, seed: int) -> tuple[Any, Any]:
    """Errors of ordinary validation hours and their groups: complete, with channels left out, and real."""
    values, present = unusual_inputs(wearers)
    rng, size = np.random.default_rng(seed), (len(present), 1, len(CHANNELS))
    # As many hours of one channel as of two, three, four and five.
    kept = rng.random(size).argsort(axis=2) < rng.integers(1, len(CHANNELS) + 1, (len(present), 1, 1))
    fewer = (present * kept).astype(np.float32)
    sets = [(values, present), (values * fewer, fewer), unusual_inputs(people)]
    flags = [np.array(group_flags(present)) for _, present in sets]
    # Real people are there to say what hours of heart rate alone are like.
    flags[0][:, 0] = flags[1][:, 0] = 0.0
    return np.concatenate([predict(error, inputs) for inputs in sets]), np.concatenate(flags)


def sample_rows() -> Rows:
    """Made-up hours: as usual, a heart that quickens, fever with gaps, a Holter recorder's two channels."""
    rng, at = np.random.default_rng(60), np.arange(MINUTES)
    rows = np.round(rng.normal(0, 0.7, (4, MINUTES, len(CHANNELS))) * 16) / 16
    rows[1, 40:, 0] += 4
    rows[2, :, 3] += at / 15
    rows[2, 10:25, :3] = np.nan
    rows[3, :, 1:4] = np.nan
    return rows.astype(np.float32)


def _entry() -> ModelEntry:
    return new_entry(
        "unusual",
        VERSION,
        Tensor("hour", (MINUTES, len(CHANNELS))),
        "spreads from the own usual",
        signature(SHAPES),
        Tensor("rarity", ()),
        DATA,
    )


def _with_thresholds(entry: ModelEntry, wearers: list[Days], people: list[Days], out: Path) -> ModelEntry:
    """Where each score alarms within the budget of ordinary hours, on validation people of each kind."""
    networks, found = Networks.only("unusual", out), {}
    for mark, days, budget in (("", wearers, BUDGET), ("_heart", people, BUDGET_HEART)):
        scored = score(networks, days)
        found[f"alarm{mark}"] = threshold_for(scored, "unusual", budget)
        found[f"river{mark}"] = threshold_for(scored, "river", budget)
    entry = msgspec.structs.replace(entry, thresholds=found)
    write_entry(out, entry)
    return entry
