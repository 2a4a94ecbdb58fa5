"""Judges an exported rhythm network on LTAFDB, and writes its card and manifest entry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.datasets.rr import load_records
from models.deep.manifest import ModelEntry, RegistryError
from models.deep.networks import Networks
from models.training.cards import write_card
from models.training.companion import companion
from models.training.export import write_entry
from models.training.members import members
from models.training.report import with_reports
from models.training.rhythm.evaluate import evaluate_rhythm
from models.training.rhythm.report import Person, RhythmReport
from models.training.splits import Split, load_split

DATA = (
    "Long-Term AF Database 1.0.0, PhysioNet (Petrutiu 2007): RR intervals and rhythm of 63 of its 84 records"
)
BUDGET = 0.05
"""Share of windows without fibrillation, varied and rich in ectopy, that may be called AF."""


def judge_again(registry: Path, data: Path, progress: Any) -> ModelEntry:
    """Figures and card from the file in `registry`: each validation person by the member that never saw them.

    Raises RecordError, or RegistryError when the file has not a member for each fold.
    """
    whole, split = Networks.only("rhythm", registry), load_split("ltafdb")
    entry, done = whole.entry("rhythm"), 0
    everyone = len(split.development) + len(split.test)

    def tick(_: str) -> None:
        nonlocal done
        done += 1
        progress("judging", done, everyone)

    people = _unseen(registry, entry, split, data, tick)
    threshold = entry.thresholds["alert"]
    test = load_records(data, split.test)
    reports = {
        "ltafdb validation": RhythmReport(people, threshold, entry.version),
        "ltafdb test": evaluate_rhythm(whole, test, tick, companion("quality", registry)),
    }
    entry = with_reports(entry, reports)
    write_entry(registry, entry)
    told = {"threshold": str(threshold), "statistics": str(entry.inputs[1].shape[0])}
    write_card(registry, entry, "rhythm/card.md", budget=f"{BUDGET:.0%}", **told)
    return entry


def _unseen(registry: Path, entry: ModelEntry, split: Split, data: Path, tick: Any) -> list[Person]:
    alone = members(registry, entry)
    if len(alone) != len(split.folds):
        raise RegistryError(f"{entry.file}: {len(alone)} members, but {len(split.folds)} folds of people")
    quality = companion("quality", registry)
    return [
        person
        for network, names in zip(alone, split.folds, strict=True)
        for person in evaluate_rhythm(network, load_records(data, names), tick, quality).people
    ]
