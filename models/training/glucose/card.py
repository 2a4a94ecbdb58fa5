"""Judges an exported glucose network on the Shanghai data, and writes its card and manifest entry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from models.datasets.cgm import load_series
from models.datasets.tables import DatasetError
from models.deep.manifest import ModelEntry
from models.deep.networks import Networks
from models.training.cards import write_card
from models.training.export import write_entry
from models.training.glucose.data import Windows, by_patient, join
from models.training.glucose.evaluate import report
from models.training.glucose.floor import floors
from models.training.members import held_out
from models.training.report import Report, with_reports
from models.training.splits import load_split

BUDGET = 0.05
"""Share of windows that stay at 70 mg/dL or above which may be called low ahead."""


def everyone(data: Path) -> dict[str, Windows]:
    """Windows of the people of the committed split. Raises DatasetError when one is missing."""
    people, split = by_patient(load_series(data)), load_split("shanghai_cgm")
    missing = {*split.development, *split.test} - set(people)
    if missing:
        raise DatasetError(f"{data}: lacks {', '.join(sorted(missing))} of the Shanghai data")
    return people


def judge_again(registry: Path, people: dict[str, Windows], progress: Any) -> ModelEntry:
    """Figures and card from the file in `registry`: each validation person by the member that never saw them.

    Raises RegistryError when the file has not a member for each fold.
    """
    networks, split = Networks.only("glucose", registry), load_split("shanghai_cgm")
    entry = networks.entry("glucose")
    progress("judging", 0, 2)
    reports = {"shanghai validation": _unseen(registry, entry, people)}
    progress("judging", 1, 2)
    test = [people[name] for name in split.test]
    said = [networks.run("glucose", windows.rows).astype(np.float64) for windows in test]
    reports["shanghai test"] = report(test, said, entry.thresholds["low"], entry.version)
    own = join([people[name] for name in split.development])
    entry = with_reports(entry, reports)
    write_entry(registry, entry)
    skipped = f"{reports['shanghai test'].extra['windows_skipped']:.1%}"
    told = {"threshold": str(entry.thresholds["low"]), "budget": f"{BUDGET:.0%}", "skipped": skipped}
    write_card(registry, entry, "glucose/card.md", floors=floors(own, join(test)), **told)
    progress("judging", 2, 2)
    return entry


def _unseen(registry: Path, entry: ModelEntry, people: dict[str, Windows]) -> Report:
    folds = [[people[name] for name in fold] for fold in load_split("shanghai_cgm").folds]
    said = held_out(registry, entry, [join(fold).rows for fold in folds])
    parts = [
        part
        for fold, answers in zip(folds, said, strict=True)
        for part in np.split(answers, np.cumsum([len(windows.rows) for windows in fold])[:-1])
    ]
    own = [windows for fold in folds for windows in fold]
    return report(own, parts, entry.thresholds["low"], entry.version)
