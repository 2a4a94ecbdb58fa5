"""Judges an exported deterioration network on the CinC 2012 sets, and writes its card and manifest entry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from models.datasets.tables import DatasetError
from models.deep.deterioration import VITALS, Inputs
from models.deep.manifest import ModelEntry
from models.deep.networks import Networks
from models.training.cards import group_table, write_card
from models.training.deterioration.data import Stays, load
from models.training.deterioration.evaluate import groups, report, run
from models.training.export import write_entry
from models.training.members import held_out
from models.training.report import with_reports
from models.training.splits import load_split

BUDGET = 0.1
"""Share of survivors that the threshold may call."""


def everyone(inputs: Inputs, data: Path) -> Stays:
    """The stays of a folder. Raises DatasetError when one of the committed split is missing."""
    stays, split = load(inputs, data), load_split("physionet2012")
    missing = len({*split.development, *split.test} - {str(record) for record in stays.records})
    if missing:
        raise DatasetError(f"{data}: lacks {missing} stays of the committed split")
    return stays


def joined(parts: list[Stays]) -> Stays:
    """All stays of several sets, in order."""
    return Stays(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("records", "rows", "died")))


def judge_again(registry: Path, inputs: Inputs, stays: Stays, progress: Any) -> ModelEntry:
    """Figures and card from the file in `registry`: each validation stay by the member that never saw it.

    Raises RegistryError when the file has not a member for each fold.
    """
    name, split = f"deterioration_{inputs}", load_split("physionet2012")
    networks = Networks.only(name, registry)
    entry = networks.entry(name)
    threshold = entry.thresholds["alert_48h"]
    folds, test = [stays.of(fold) for fold in split.folds], stays.of(split.test)
    progress(f"judging {inputs}", 0, 2)
    unseen = np.concatenate(held_out(registry, entry, [fold.rows for fold in folds]))
    progress(f"judging {inputs}", 1, 2)
    scores = run(networks, name, test, lambda *_: None)
    reports = {
        "cinc2012 validation": report(joined(folds), inputs, unseen, threshold, entry.version),
        "cinc2012 test": report(test, inputs, scores, threshold, entry.version),
    }
    entry = with_reports(entry, reports)
    write_entry(registry, entry)
    told = {
        "inputs": inputs,
        "threshold": str(threshold),
        "budget": f"{BUDGET:.0%}",
        "vitals": ", ".join(f"{vital.name} ({vital.unit})" for vital in VITALS[inputs]),
    }
    found = groups(test, inputs, scores, threshold)
    write_card(registry, entry, "deterioration/card.md", groups=group_table(found), **told)
    progress(f"judging {inputs}", 2, 2)
    return entry
