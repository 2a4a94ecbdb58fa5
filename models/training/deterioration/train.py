"""`train deterioration`: from the CinC 2012 sets to two verified ONNX files, manifest entries and cards."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.deep.deterioration import HOURS, VITALS, Inputs, channels, columns, columns_of, shapes
from models.deep.manifest import ModelEntry, Tensor
from models.training.calibration import fit_platt, sigmoid, threshold_for_specificity
from models.training.curves import draw_curves
from models.training.deterioration.card import BUDGET, everyone, judge_again
from models.training.deterioration.fit import Effort, derive, fit_members, logits, pool
from models.training.deterioration.net import DeteriorationEnsemble, ramps_of
from models.training.deterioration.targets import targets
from models.training.export import new_entry, register, signature, to_onnx_bytes
from models.training.fitting import Curve
from models.training.splits import load_split

VERSION = "2.0.0"
DATA = "PhysioNet/CinC Challenge 2012 (Silva 2012), sets a and b: the first 48 hours of 8,000 stays"


def train_deterioration(
    inputs: Inputs, data: Path, out: Path, progress: Any, effort: Effort | None = None
) -> ModelEntry:
    """Train one version on the committed split in `data`; writes file, card, curve and manifest to `out`.

    Raises DatasetError when a stay of the split is missing.
    """
    effort, split, name = effort or Effort(), load_split("physionet2012"), f"deterioration_{inputs}"
    stays = everyone(inputs, data)
    own = stays.of(split.development)
    known = pool(inputs, own, targets(data, own), effort)
    ramps = ramps_of(known.summary[0])
    parts, curves, raw = [], list[Curve](), np.empty((len(own.records), HOURS))
    for number, fold in enumerate(split.folds):
        tick = partial(progress, f"training {inputs} networks {number + 1} of {len(split.folds)}")
        held = np.isin(own.records, [int(record) for record in fold])
        seed = effort.seed + number
        members, curve = fit_members(inputs, ramps, known.of(~held), known.of(held), effort, seed, tick)
        raw[held] = logits(members, ramps, *derive(inputs, own.rows[held]), tuple(range(HOURS)))
        parts.append(members)
        curves.append(curve)
    slope, offset = _calibrated(raw, own.died)
    ensemble = DeteriorationEnsemble(ramps, parts, slope, offset)
    graph = to_onnx_bytes(ensemble, name, shapes(inputs), "p_death")
    scores = sigmoid(slope * raw + offset)
    threshold = threshold_for_specificity(scores[:, -1], own.died, np.ones(len(own.died)), BUDGET)
    register(out, graph, _entry(inputs, threshold), sample_rows(inputs))
    draw_curves(curves, out / f"{name}.png")
    return judge_again(out, inputs, stays, progress)


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
        for column in columns_of(inputs, vital.name):
            rows[0, :24:6, column] = np.round(usual, 1)
            worse = usual * (1 + 0.002 * (i % 3 - 1) * hours[i % 5 :: 8])
            rows[1, i % 5 :: 8, column] = np.round(worse, 1)
    age = columns(inputs).index("age")
    rows[0, :, age : age + 2] = [48, 0]
    rows[1, :, age : age + 2] = [79, 1]
    return rows


def _entry(inputs: Inputs, threshold: float) -> ModelEntry:
    name = f"deterioration_{inputs}"
    return new_entry(
        name,
        VERSION,
        Tensor("hours", (HOURS, channels(inputs))),
        ", ".join(f"{vital.name} ({vital.unit})" for vital in VITALS[inputs]),
        signature(shapes(inputs)),
        Tensor("p_death", (HOURS,)),
        DATA,
        {"alert_48h": round(threshold, 4)},
    )
