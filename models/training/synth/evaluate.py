"""`evaluate synth`: what made-up windows are worth to a classifier, and whether they look real."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.datasets.tables import DatasetError
from models.deep.networks import Networks
from models.training.metrics import Columns
from models.training.report import Report
from models.training.splits import load_split
from models.training.synth import glucose as synth_glucose
from models.training.synth import rhythm as synth_rhythm
from models.training.synth.judge import Trial, figures, gains_by_seed, judged
from models.training.synth.kinds import Kind
from models.training.synth.look import look

_PARTS = 5
"""Groups of people of a folder that has no committed split; each judges what the others taught."""
Progress = Callable[[str, int, int], None]


def kind_of(folder: Path) -> Kind:
    """Which generator a folder can judge, by its layout. Raises DatasetError when neither."""
    if any(folder.glob("*.npz")):
        return synth_rhythm.KIND
    if any(folder.glob("shanghai_cgm.csv*")):
        return synth_glucose.KIND
    raise DatasetError(
        f"{folder}: neither .npz records nor shanghai_cgm.csv; --data is the data set's own folder"
    )


def trials(kind: Kind, folder: Path, networks: Networks, test_only: bool = False) -> list[Trial]:
    """Development people teach and test people judge; other folders are split into five groups of people."""
    split = load_split(kind.dataset)
    there = kind.people(folder, None)

    def sampler(rows: Any) -> Any:
        return networks.run(kind.name, rows)

    # In the order of the split, as training does it: the same draws, the same figures as in the card.
    named = {person.name: person for person in there}
    own, test = ([named[name] for name in part if name in named] for part in (split.development, split.test))
    if own and test:
        return [Trial(own, test, sampler)]
    if test_only:
        raise DatasetError(f"{folder}: lacks development or test people of {kind.dataset}")
    groups = [there[at::_PARTS] for at in range(_PARTS)]
    if len(there) < 2:
        raise DatasetError(f"{folder}: needs two people or more, one to learn from and one to judge by")
    return [
        Trial([person for other in groups if other is not group for person in other], group, sampler)
        for group in groups
        if group
    ]


def evaluate_synth(
    networks: Networks, folder: Path, test_only: bool = False, progress: Progress = lambda *_: None
) -> Report:
    """Judge a folder's generator. Raises DatasetError or RecordError when there is nothing to judge by."""
    kind = kind_of(folder)
    chosen = trials(kind, folder, networks, test_only)
    people = judged(kind, chosen, lambda done, total: progress("classifiers", done, total))
    return report(kind, networks.entry(kind.name).version, people, look(kind, chosen))


def report(kind: Kind, version: str, people: Sequence[Columns], likeness: dict[str, float]) -> Report:
    """Figures over people, with what happened seed by seed and how alike the windows are."""
    extra = {
        "windows_rare": int(sum(np.sum(person[0]) for person in people)),
        "seeds": people[0][1].shape[1],
        **{f"{name}_gain_by_seed": gains_by_seed(people, name) for name in ("auroc", "auprc", "se_at_5")},
        **{name: round(value, 4) for name, value in likeness.items()},
    }
    return Report(kind.name, version, people, figures, extra)
