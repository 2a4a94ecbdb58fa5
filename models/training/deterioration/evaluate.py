"""Judges a deterioration network on intensive care stays, through the product's own inputs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.datasets.tables import DatasetError
from models.deep.deterioration import Inputs
from models.deep.networks import Networks
from models.training.deterioration.data import Stays, load
from models.training.groups import by_group
from models.training.metrics import (
    Figures,
    auprc,
    auroc,
    brier,
    expected_calibration_error,
    figures,
    min_se_ppv,
)
from models.training.report import Report
from models.training.splits import load_split

Scores = NDArray[np.float64]
WHEN = (12, 24, 48)
"""Hours after admission at which answers are judged."""
_BLOCK = 512


def judge(scores: Scores, died: NDArray[np.bool_], threshold: float) -> Figures:
    """Figures of P [n, 48] at 12, 24 and 48 hours; `ece`, `brier`, `se, sp, ppv` at 48."""
    out: Figures = {}
    for hour in WHEN:
        at = scores[:, hour - 1]
        out |= {
            f"auroc_{hour}h": auroc(at, died),
            f"auprc_{hour}h": auprc(at, died),
            f"min_se_ppv_{hour}h": min_se_ppv(at, died),
        }
    last = scores[:, -1]
    out |= {"ece": expected_calibration_error(last, died), "brier": brier(last, died)}
    out["ece_24h"] = expected_calibration_error(scores[:, 23], died)
    at_threshold = figures(last, died, threshold)
    return out | {f"{name}_48h": at_threshold[name] for name in ("se", "sp", "ppv")}


def report(stays: Stays, inputs: Inputs, scores: Scores, threshold: float, version: str) -> Report:
    """Figures over stays, with groups by sex and age."""
    people = [(scores[i : i + 1], stays.died[i : i + 1]) for i in range(len(scores))]
    extra: dict[str, Any] = {
        "inputs": inputs,
        "died": int(stays.died.sum()),
        "threshold": threshold,
        "groups": groups(stays, inputs, scores, threshold),
    }
    judged = partial(judge, threshold=threshold)
    return Report(f"deterioration_{inputs}", version, people, judged, extra)


def groups(stays: Stays, inputs: Inputs, scores: Scores, threshold: float) -> dict[str, Any]:
    """Counts, figures at 48 hours and gaps by sex and age band."""

    def chosen(said: Scores, died: NDArray[np.bool_]) -> Figures:
        at = figures(said, died, threshold)
        wanted = {"auroc_48h": at["auroc"], "min_se_ppv_48h": min_se_ppv(said, died)}
        return wanted | {f"{name}_48h": at[name] for name in ("se", "sp", "ppv")} | {"ece": at["ece"]}

    return by_group(stays.groups(inputs), scores[:, -1], stays.died, chosen)


def evaluate_deterioration(
    networks: Networks,
    inputs: Inputs,
    folder: Path,
    test_only: bool = False,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Report:
    """Score every stay in a folder, or the committed test people. Raises DatasetError."""
    progress("reading", 0, 1)
    stays = load(inputs, folder)
    progress("reading", 1, 1)
    if test_only:
        stays = stays.of(load_split("physionet2012").test)
    if not stays.records.size:
        raise DatasetError(f"{folder}: none of the test people of CinC 2012 is here")
    name = f"deterioration_{inputs}"
    entry = networks.entry(name)
    scores = run(networks, name, stays, progress)
    return report(stays, inputs, scores, entry.thresholds["alert_48h"], entry.version)


def run(networks: Networks, name: str, stays: Stays, progress: Callable[[str, int, int], None]) -> Scores:
    """P(death in hospital) [n, 48] as of each hour."""
    parts, count = [], len(stays.rows)
    for at in range(0, count, _BLOCK):
        parts.append(networks.run(name, stays.rows[at : at + _BLOCK]))
        progress("stays", min(count, at + _BLOCK), count)
    return np.concatenate(parts).astype(np.float64)
