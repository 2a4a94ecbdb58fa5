"""Trained on made-up windows, tested on real ones (TSTR, Esteban 2017): whether making them up helps.

The same small classifier learns the rare windows from real ones, from made-up ones in their place, or
from both; the common windows are real each time. Each arm has as many rare windows as both together (real
ones stand twice), so that nothing but their origin differs. People who judge never teach.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from models.datasets.tables import DatasetError
from models.deep.synth import draw_rows
from models.training.calibration import sigmoid
from models.training.metrics import Columns, Figures, expected_calibration_error
from models.training.synth.classifier import train_classifier
from models.training.synth.kinds import Array, Cut, Flags, Kind, Person, Rows, together

ARMS = ("real", "synthetic", "both")
SEEDS = (1, 2, 3, 4, 5)
FALSE_RATE = 0.05
"""Share of common windows that may be called rare, at which sensitivity is read."""
_TRIES = 40

Sampler = Callable[[Rows], Rows]
"""Runs rows of chance through a generator."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Who teaches, who judges, and a generator that saw none of the judges."""

    taught_by: Sequence[Person]
    judges: Sequence[Person]
    sampler: Sampler


def made_up(kind: Kind, sampler: Sampler, condition: Rows, count: int, rng: Generator) -> Cut:
    """`count` windows under conditions like those given. Raises DatasetError when too few come out rare."""
    parts, have = list[Cut](), 0
    for _ in range(_TRIES):
        asked = kind.vary(condition[rng.integers(0, len(condition), count)], rng)
        parts.append(kind.finish(sampler(draw_rows(asked, kind.steps, rng)), asked))
        have += len(parts[-1])
        if have >= count:
            return together(parts).take(np.arange(count))
    raise DatasetError(f"{kind.name}: only {have} of {count} made-up windows came out as asked")


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What every seed of a trial has in common."""

    common: Array
    known: Array
    """Features of the common and of the real rare windows to learn from."""
    condition: Rows
    seen: Array
    """Features of the judges' windows."""
    shift: float
    """Log odds of a rare window among all of those who teach."""


def _prepared(kind: Kind, trial: Trial) -> _Prepared:
    pool = together([person.pool for person in trial.taught_by])
    if not pool.rare.any() or pool.rare.all():
        raise DatasetError(f"{kind.name}: the people to learn from have only one kind of window")
    real = pool.take(pool.rare)
    seen = together([person.judged for person in trial.judges])
    usual = np.concatenate([person.judged.rare for person in trial.taught_by]).mean()
    shift = float(np.log(usual / (1 - usual))) if 0 < usual < 1 else 0.0
    common, known, judges = (kind.features(cut) for cut in (pool.take(~pool.rare), real, seen))
    return _Prepared(common, known, real.condition, judges, shift)


def _scores(kind: Kind, trial: Trial, ready: _Prepared, seed: int) -> Array:
    """[n, 3] log odds of the judges' windows, one column an arm."""
    rng, count = np.random.default_rng(seed), len(ready.known)
    new = kind.features(made_up(kind, trial.sampler, ready.condition, count, rng))
    columns = []
    for rare in ((ready.known, ready.known), (new, new), (ready.known, new)):
        x = np.concatenate([ready.common, *rare])
        taught = train_classifier(x, np.arange(len(x)) >= len(ready.common), seed)
        columns.append(taught.logits(ready.seen) + ready.shift)
    return np.stack(columns, axis=1)


def judged(
    kind: Kind, trials: Sequence[Trial], tick: Callable[[int, int], None] = lambda *_: None
) -> list[Columns]:
    """For each judge: which windows are rare [n], and log odds [n, seeds, 3]."""
    people: list[Columns] = []
    for number, trial in enumerate(trials):
        ready, said = _prepared(kind, trial), list[Array]()
        for seed in SEEDS:
            said.append(_scores(kind, trial, ready, seed))
            tick(number * len(SEEDS) + len(said), len(trials) * len(SEEDS))
        ends = np.cumsum([len(person.judged) for person in trial.judges])
        parts = np.split(np.stack(said, axis=1), ends[:-1])
        people += [(p.judged.rare, part) for p, part in zip(trial.judges, parts, strict=True)]
    return people


def figures(rare: Flags, said: Array) -> Figures:
    """Means over seeds of each arm's areas and sensitivity, what both gain over real alone, and `ece`."""
    found = np.array([[_one(rare, said[:, s, a]) for a in range(len(ARMS))] for s in range(said.shape[1])])
    mean = found.mean(axis=0)
    out: Figures = {}
    for i, name in enumerate(("auroc", "auprc", "se_at_5")):
        out |= {f"{name}_{arm}": float(mean[a, i]) for a, arm in enumerate(ARMS)}
        out[f"{name}_gain"] = float(mean[2, i] - mean[0, i])
    out["ece"] = _error(rare, said[:, :, 2])
    return out


def gains_by_seed(people: Sequence[Columns], name: str) -> list[float]:
    """What both gain over real alone, seed by seed."""
    rare, said = (np.concatenate(column) for column in zip(*people, strict=True))
    return [figures(rare, said[:, s : s + 1])[f"{name}_gain"] for s in range(said.shape[1])]


def _one(rare: Flags, said: Array) -> tuple[float, float, float]:
    """Areas under ROC and precision-recall, and sensitivity; nan when only one kind is there."""
    # Not stable, four times as fast: windows that tie are one window drawn twice.
    ranked = rare[np.argsort(-said)]
    hits, false = np.cumsum(ranked), np.cumsum(~ranked)
    positives, negatives = int(hits[-1]), int(false[-1])
    if not positives or not negatives:
        return (float("nan"),) * 3
    auroc = 1.0 - float(false[ranked].sum()) / (positives * negatives)
    auprc = float((hits / np.arange(1, rare.size + 1))[ranked].mean())
    return auroc, auprc, float((ranked & (false <= FALSE_RATE * negatives)).sum()) / positives


def _error(rare: Flags, said: NDArray[np.float64]) -> float:
    columns = (sigmoid(said[:, s]) for s in range(said.shape[1]))
    return float(np.mean([expected_calibration_error(column, rare) for column in columns]))
