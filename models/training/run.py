"""What the command line asks for: train a network, judge a network."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from models.datasets.rr import RecordError, load_records, record_names
from models.datasets.tables import DatasetError
from models.deep.deterioration import Inputs
from models.deep.manifest import ModelEntry
from models.deep.networks import Networks
from models.training.companion import companion
from models.training.quality.evaluate import evaluate_quality
from models.training.rhythm.evaluate import evaluate_rhythm
from models.training.splits import load_split

BOTH: tuple[Inputs, ...] = ("wearable", "clinical")
Progress = Callable[[str, int, int], None]
"""Hears what is being done, steps done, steps in all."""


def train_model(name: str, data: Sequence[Path], out: Path, progress: Progress) -> list[ModelEntry]:
    """Train a network from the data sets in `data`; writes file, manifest entry, card and curve to `out`.

    `diabetes` takes two folders; `synth` makes a generator from each; `deterioration` makes both versions.
    """
    # Small networks gain nothing from more threads, and the same threads give the same sums.
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    if name == "diabetes":
        from models.training.diabetes.train import train_diabetes

        return [train_diabetes(data, out, progress)]
    if name == "synth":
        from models.training.synth.train import train_synth

        return train_synth(data, out, progress)
    if len(data) != 1:
        raise DatasetError(f"{name} trains on one folder: give --data once")
    if name == "glucose":
        from models.training.glucose.train import train_glucose

        return [train_glucose(data[0], out, progress)]
    if name == "unusual":
        from models.training.unusual.train import train_unusual

        return [train_unusual(data[0], out, progress)]
    if name == "quality":
        from models.training.quality.train import train_quality

        return [train_quality(data[0], out, progress)]
    if name == "deterioration":
        from models.training.deterioration.train import train_deterioration

        return [train_deterioration(inputs, data[0], out, progress) for inputs in BOTH]
    from models.training.rhythm.train import train_rhythm

    return [train_rhythm(data[0], out, progress)]


def make_card(name: str, data: Sequence[Path], registry: Path, progress: Progress) -> list[ModelEntry]:
    """Judge the network that lies in a registry again, without training: manifest figures and card.

    Raises DatasetError for a network that has no such way.
    """
    if name == "diabetes":
        from models.training.diabetes import card as diabetes_card
        from models.training.diabetes.data import gather

        return [diabetes_card.judge_again(registry, gather(data), progress)]
    if len(data) != 1:
        raise DatasetError(f"{name} is judged on one folder: give --data once")
    if name == "glucose":
        from models.training.glucose import card as glucose_card

        return [glucose_card.judge_again(registry, glucose_card.everyone(data[0]), progress)]
    if name == "deterioration":
        from models.training.deterioration import card as card

        return [
            card.judge_again(registry, inputs, card.everyone(inputs, data[0]), progress) for inputs in BOTH
        ]
    if name == "unusual":
        from models.training.unusual import card as unusual_card

        return [unusual_card.judge_again(registry, data[0], progress)]
    if name == "quality":
        from models.training.quality import card as quality_card

        return [quality_card.judge_again(registry, data[0], progress)]
    if name == "rhythm":
        from models.training.rhythm import card as rhythm_card

        return [rhythm_card.judge_again(registry, data[0], progress)]
    raise DatasetError(f"the card of {name} is written by training only")


def evaluate_model(
    name: str, data: Path, test_only: bool, registry: Path | None, progress: Progress, inputs: Inputs
) -> dict[str, Any]:
    """Judge a network on everyone in a folder, or on the committed test people of its own data set.

    Raises RecordError or DatasetError when the folder holds nothing to judge by.
    """
    if name in ("rhythm", "quality"):
        return _evaluate_beats(name, data, test_only, registry, progress)
    if name == "synth":
        from models.training.synth.evaluate import evaluate_synth, kind_of

        return evaluate_synth(
            Networks.only(kind_of(data).name, registry), data, test_only, progress
        ).as_json()
    network = f"{name}_{inputs}" if name == "deterioration" else name
    networks = Networks.only(network, registry)
    if name == "diabetes":
        from models.training.diabetes.evaluate import evaluate_diabetes

        return evaluate_diabetes(networks, data, test_only).as_json()
    if name == "glucose":
        from models.training.glucose.evaluate import evaluate_glucose

        return evaluate_glucose(networks, data, test_only, progress).as_json()
    if name == "unusual":
        from models.training.unusual.evaluate import evaluate_unusual

        return evaluate_unusual(networks, data, test_only, progress).as_json()
    from models.training.deterioration.evaluate import evaluate_deterioration

    return evaluate_deterioration(networks, inputs, data, test_only, progress).as_json()


def _evaluate_beats(
    name: str, data: Path, test_only: bool, registry: Path | None, progress: Progress
) -> dict[str, Any]:
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
    networks, records = Networks.only(name, registry), load_records(data, wanted)
    if name == "quality":
        return evaluate_quality(networks, companion("rhythm", registry), records, tick).as_json()
    report = evaluate_rhythm(networks, records, tick, companion("quality", registry))
    if not any(person.scores.size for person in report.people):
        raise RecordError(f"{data}: no beat has a rhythm label, so there is nothing to judge by")
    return report.as_json()
