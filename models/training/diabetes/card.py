"""Judges an exported diabetes network by cross-validation, and writes its card and manifest entry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.deep.manifest import ModelEntry
from models.deep.networks import Networks
from models.training.calibration import fit_platt, sigmoid, threshold_for_specificity
from models.training.cards import group_table, write_card
from models.training.diabetes.data import Everyone, Table
from models.training.diabetes.evaluate import groups, report
from models.training.diabetes.floor import floors
from models.training.export import write_entry
from models.training.members import held_out
from models.training.report import with_reports

BUDGET = 0.2
"""Share of people without diabetes that a threshold may call positive."""
Scores = NDArray[np.float64]


def judge_again(registry: Path, everyone: Everyone, progress: Any) -> ModelEntry:
    """Figures, thresholds and card from the file in `registry`, each person answered by who never saw them.

    Raises RegistryError when the file is not an ensemble with a member for each fold.
    """
    entry, known = Networks.only("diabetes", registry).entry("diabetes"), everyone.fold >= 0
    scores = cross_calibrated(_logits(registry, entry, everyone), everyone)
    thresholds, reports, told = {}, {}, []
    for done, table in enumerate(everyone.tables):
        progress("judging", done, len(everyone.tables))
        part = everyone.part(table)
        people, own = table.of(known[part]), scores[part][known[part]]
        thresholds[table.dataset] = threshold = _threshold(people, own)
        reports[f"{table.dataset} cross-validated"] = report(people, own, threshold, entry.version)
        told.append(f"### {table.dataset}\n\n{group_table(groups(people, own, threshold))}")
    progress("judging", len(everyone.tables), len(everyone.tables))
    simple = floors(everyone)
    entry = with_reports(msgspec.structs.replace(entry, thresholds=thresholds), reports)
    write_entry(registry, entry)
    named = ", ".join(f"{value} ({name})" for name, value in thresholds.items())
    parts = {"thresholds": named, "budget": f"{BUDGET:.0%}", "floors": simple}
    write_card(registry, entry, "diabetes/card.md", groups="\n\n".join(told), **parts)
    return entry


def _threshold(people: Table, scores: Scores) -> float:
    found = threshold_for_specificity(scores, people.labels, np.ones(len(scores)), BUDGET)
    return round(found, 4)


def _logits(registry: Path, entry: ModelEntry, everyone: Everyone) -> Scores:
    rows = np.concatenate([table.rows for table in everyone.tables])
    folds = [np.flatnonzero(everyone.fold == number) for number in range(everyone.folds)]
    out = np.zeros(len(rows))
    for fold, said in zip(folds, held_out(registry, entry, [rows[fold] for fold in folds]), strict=True):
        sure = np.clip(said, 1e-7, 1 - 1e-7)
        out[fold] = np.log(sure / (1 - sure))
    return out


def cross_calibrated(logits: Scores, everyone: Everyone) -> Scores:
    """Probabilities of each fold, calibrated on the other folds."""
    out = np.zeros(len(logits))
    for number in range(everyone.folds):
        held = everyone.fold == number
        others = ~held & (everyone.fold >= 0)
        slope, offset = fit_platt(logits[others], everyone.labels[others], np.ones(int(others.sum())))
        out[held] = sigmoid(slope * logits[held] + offset)
    return out
