"""What the command line asks for: train a network, judge a network."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.datasets.rr import RecordError, load_records, record_names
from models.deep.manifest import ModelEntry
from models.deep.networks import Networks
from models.training.rhythm_evaluate import evaluate_rhythm
from models.training.splits import load_split

Progress = Callable[[str, int, int], None]
"""Hears what is being done, steps done, steps in all."""


def train_model(name: str, data: Path, out: Path, progress: Progress) -> ModelEntry:
    """Train a network from the data set in `data`; writes file, manifest entry, card and curve to `out`."""
    assert name == "rhythm"
    # Small networks gain nothing from more threads, and the same threads give the same sums.
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    from models.training.rhythm import train_rhythm

    return train_rhythm(data, out, progress)


def evaluate_model(data: Path, test_only: bool, registry: Path | None, progress: Progress) -> dict[str, Any]:
    """Judge the rhythm network on all records of a folder, or on LTAFDB's committed test people.

    Raises RecordError when the folder has no such record or no rhythm label at all.
    """
    there = record_names(data)
    wanted = [name for name in load_split("ltafdb").test if name in there] if test_only else there
    if not wanted:
        raise RecordError(f"{data}: none of the test records of LTAFDB is here")
    done = 0

    def tick(_: str) -> None:
        nonlocal done
        done += 1
        progress("records", done, len(wanted))

    progress("records", 0, len(wanted))
    report = evaluate_rhythm(Networks.load(registry), load_records(data, wanted), tick)
    if not any(person.scores.size for person in report.people):
        raise RecordError(f"{data}: no beat has a rhythm label, so there is nothing to judge by")
    return report.as_json()
