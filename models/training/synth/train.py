"""`train synth`: generators of rare windows, and the verdict whether training should take them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import msgspec
import numpy as np

from models.datasets.tables import DatasetError
from models.deep.manifest import ModelEntry, Tensor
from models.deep.networks import Networks
from models.deep.synth import GLUCOSE_ROW, LATENT, RHYTHM_ROW, draw_rows
from models.training.curves import draw_curves
from models.training.export import new_entry, register, signature, to_onnx_bytes, write_entry
from models.training.fitting import Curve, Plan
from models.training.glucose.train import DATA as GLUCOSE_DATA
from models.training.report import Report, with_reports
from models.training.rhythm.card import DATA as RHYTHM_DATA
from models.training.splits import Split, load_split
from models.training.synth.card import write_card
from models.training.synth.evaluate import kind_of, report
from models.training.synth.fit import fit_generator, sampler
from models.training.synth.judge import Trial, judged
from models.training.synth.kinds import Kind, Person, Rows
from models.training.synth.look import look
from models.training.synth.net import GLUCOSE, RHYTHM

VERSION = "1.0.0"
MAIN = {"synth_rhythm": "auprc", "synth_glucose": "auroc"}
"""The figure by which a generator stands or falls, named after pilot runs, before test people were read."""
DATA = {"synth_rhythm": RHYTHM_DATA, "synth_glucose": GLUCOSE_DATA}
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is spent on training."""

    rhythm: Plan = field(default_factory=lambda: Plan(epochs=20, batch=128, rate=3e-3, decay=1e-3))
    glucose: Plan = field(default_factory=lambda: Plan(epochs=60, batch=128, rate=3e-3, decay=1e-3))
    seed: int = 2014

    def plan(self, kind: Kind) -> Plan:
        """That of a kind of window."""
        return self.rhythm if kind.name == "synth_rhythm" else self.glucose


def train_synth(
    data: Sequence[Path], out: Path, progress: Progress, effort: Effort | None = None
) -> list[ModelEntry]:
    """Train and judge the generator of each folder; writes file, card, curve and manifest entry to `out`.

    Raises DatasetError when a folder has another layout or lacks people of the committed split.
    """
    return [_one(kind_of(folder), folder, out, progress, effort or Effort()) for folder in data]


def _one(kind: Kind, folder: Path, out: Path, progress: Progress, effort: Effort) -> ModelEntry:
    split = load_split(kind.dataset)
    people = {person.name: person for person in kind.people(folder, [*split.development, *split.test])}
    folds = [[people[name] for name in fold if name in people] for fold in split.folds]
    test = [people[name] for name in split.test if name in people]
    if not test or not all(folds):
        raise DatasetError(f"{folder}: lacks people of the committed split of {kind.dataset}")
    trials, curves = cross_fitted(kind, folds, progress, effort)
    validation = _judged(kind, trials, partial(progress, f"{kind.name}: judging validation people"))
    own = [person for fold in folds for person in fold]
    tick = partial(progress, f"{kind.name}: training the generator on everyone")
    generator, _ = fit_generator(kind, own, own[:5], effort.plan(kind), effort.seed, tick)
    graph = to_onnx_bytes(generator, kind.name, shapes(kind), "window")
    entry = register(out, graph, _entry(kind), sample_rows(kind))
    draw_curves(curves, out / f"{kind.name}.png")
    # Whatever validation says, test people are read once, by the file that ships.
    networks = Networks.only(kind.name, out)
    final = Trial(own, test, lambda rows: networks.run(kind.name, rows))
    seen = _judged(kind, [final], partial(progress, f"{kind.name}: judging test people"))
    return _concluded(entry, kind, split, {"validation": validation, "test": seen}, out)


def cross_fitted(
    kind: Kind, folds: Sequence[Sequence[Person]], progress: Progress, effort: Effort
) -> tuple[list[Trial], list[Curve]]:
    """For each fold a generator of the other people, and those people to teach the classifier."""
    trials, curves = [], []
    for number, fold in enumerate(folds):
        others = [person for other in folds if other is not fold for person in other]
        tick = partial(progress, f"{kind.name}: training without fold {number + 1} of {len(folds)}")
        generator, curve = fit_generator(kind, others, fold, effort.plan(kind), effort.seed + number, tick)
        trials.append(Trial(others, fold, sampler(kind, generator)))
        curves.append(curve)
    return trials, curves


def rises(gains: Sequence[float], interval: tuple[float, float]) -> bool:
    """The rule: the main figure gains with every seed, and its interval over people lies above zero."""
    return min(gains) > 0 and interval[0] > 0


def _judged(kind: Kind, trials: Sequence[Trial], tick: Callable[[int, int], None]) -> Report:
    return report(kind, VERSION, judged(kind, trials, tick), look(kind, trials))


def shapes(kind: Kind) -> dict[str, tuple[int, ...]]:
    """Inputs of the graph."""
    shape = RHYTHM if kind.name == "synth_rhythm" else GLUCOSE
    steps = (shape.steps,)
    return {"latent": (LATENT,), "choice": steps, "noise": steps, "context": (*steps, shape.context)}


def sample_rows(kind: Kind) -> Rows:
    """Two made-up rows of chance: fibrillation from the middle on, or a fall from 100 to 60 mg/dL at noon."""
    if kind.name == "synth_rhythm":
        asked = np.concatenate([np.arange(kind.steps) >= kind.steps // 2, [800.0]])
    else:
        asked = np.array([100.0, 60.0, 720.0])
    rows = draw_rows(np.stack([asked, asked]), kind.steps, np.random.default_rng(60))
    return np.round(rows, 4)


def _entry(kind: Kind) -> ModelEntry:
    rhythm = kind.name == "synth_rhythm"
    return new_entry(
        kind.name,
        VERSION,
        Tensor("chance", (RHYTHM_ROW if rhythm else GLUCOSE_ROW,)),
        "chance, then the condition: 60 flags and ms" if rhythm else "chance, then mg/dL, mg/dL, minute",
        signature(shapes(kind)),
        Tensor("window", (kind.steps,)),
        DATA[kind.name],
        status="retired",
        use="training",
    )


def _concluded(
    entry: ModelEntry, kind: Kind, split: Split, found: dict[str, Report], out: Path
) -> ModelEntry:
    """Status by the rule, figures into manifest and card."""
    main = MAIN[kind.name]
    chosen = found["validation"]
    rose = rises(chosen.extra[f"{main}_gain_by_seed"], chosen.intervals[f"{main}_gain"])
    kept = rose and found["test"].figures[f"{main}_gain"] > 0
    entry = msgspec.structs.replace(entry, status="active" if kept else "retired")
    entry = with_reports(entry, {f"{split.dataset} {name}": one for name, one in found.items()})
    write_entry(out, entry)
    write_card(out, entry, kind, main, found)
    return entry
