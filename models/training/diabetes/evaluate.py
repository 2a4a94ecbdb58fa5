"""Judges the diabetes network on a table of people, through the product's own inputs."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.datasets.tables import DatasetError
from models.deep.networks import Networks
from models.training.diabetes.data import Table, load_table
from models.training.groups import by_group
from models.training.metrics import Figures, Labels, Scores, auroc, brier, expected_calibration_error, figures
from models.training.report import Report
from models.training.splits import load_split


def judge(scores: Scores, labels: Labels, threshold: float) -> Figures:
    """`auroc, brier, ece`, and `se, sp, ppv` at the threshold."""
    at = figures(scores, labels, threshold)
    return {
        "auroc": auroc(scores, labels),
        "brier": brier(scores, labels),
        "ece": expected_calibration_error(scores, labels, bins=10),
        **{name: at[name] for name in ("se", "sp", "ppv")},
    }


def report(table: Table, scores: NDArray[np.float64], threshold: float, version: str) -> Report:
    """Figures over a table's people, with groups by sex, age and ethnicity."""
    extra: dict[str, Any] = {
        "with_diabetes": int(table.labels.sum()),
        "threshold": threshold,
        "groups": groups(table, scores, threshold),
    }
    pairs = [(scores[i : i + 1], table.labels[i : i + 1]) for i in range(len(scores))]
    return Report("diabetes", version, pairs, partial(judge, threshold=threshold), extra)


def groups(table: Table, scores: NDArray[np.float64], threshold: float) -> dict[str, Any]:
    """Counts, figures and gaps by sex, age band and ethnicity."""
    wanted = ("auroc", "se", "sp", "ppv", "ece")

    def chosen(said: Scores, labels: Labels) -> Figures:
        found = judge(said, labels, threshold)
        return {name: found[name] for name in wanted}

    return by_group(table.groups, scores, table.labels, chosen)


def evaluate_diabetes(networks: Networks, folder: Path, test_only: bool = False) -> Report:
    """Score everyone with a label in the table of a folder.

    `people_trained_on` counts those on whom the network was trained: for them the answer is no test.
    Raises DatasetError.
    """
    if test_only:
        raise DatasetError("diabetes has no test people: its data are small, the card gives cross-validation")
    table, entry = load_table(folder), networks.entry("diabetes")
    scores = networks.run("diabetes", table.rows).astype(np.float64)
    found = report(table, scores, entry.thresholds[table.dataset], entry.version)
    trained = set(load_split(table.dataset).development)
    seen = sum(key in trained for key in table.keys)
    return Report(
        found.model, found.version, found.people, found.judge, {"people_trained_on": seen, **found.extra}
    )
