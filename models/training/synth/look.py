"""Whether made-up windows look like real ones, and whether any of them are copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from models.training.metrics import auroc
from models.training.synth.classifier import train_classifier
from models.training.synth.judge import Trial, made_up
from models.training.synth.kinds import Array, Kind, together

_NEAR = 0.01
"""A real window of another person comes this near to a training window in one case of a hundred."""
_MOST = 1500
"""Windows compared with every training window."""


def look(kind: Kind, trials: Sequence[Trial], seed: int = 0) -> dict[str, float]:
    """Figures of likeness, means over trials weighted by the judges' rare windows.

    For each statistic the 10, 50 and 90 % points of real and made-up windows and their Kolmogorov-Smirnov
    distance (`ks_`), beside that of real windows of other people (`ks_people_`); `told_apart`: AUROC of
    real against made-up; `near`: share of made-up windows nearer to a training window than all but 1 % of
    other people's real ones are; `nearest_*`: median distance to the nearest training window.
    """
    found, weights = [], []
    for trial in trials:
        rare = sum(int(person.judged.rare.sum()) for person in trial.judges)
        if rare:
            found.append(_one(kind, trial, seed))
            weights.append(rare)
    return {name: float(np.average([one[name] for one in found], weights=weights)) for name in found[0]}


def _one(kind: Kind, trial: Trial, seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    pool = together([person.pool for person in trial.taught_by])
    known = pool.take(pool.rare)
    unseen = together([person.judged for person in trial.judges])
    unseen = unseen.take(np.flatnonzero(unseen.rare)[:_MOST])
    made = made_up(kind, trial.sampler, known.condition, len(known) + _MOST, rng)
    shown, kept = made.take(np.arange(len(known))), made.take(np.arange(len(known), len(made)))
    out = _statistics(*(kind.statistics(cut.rows) for cut in (unseen, known, kept)))
    first = np.concatenate([kind.features(known), kind.features(shown)])
    judge = train_classifier(first, np.arange(len(first)) >= len(known), seed)
    second = np.concatenate([kind.features(unseen), kind.features(kept)])
    out["told_apart"] = auroc(judge.logits(second), np.arange(len(second)) >= len(unseen))
    return out | _nearest(*(kind.placed(cut.rows) for cut in (unseen, known, kept)))


def _statistics(
    unseen: Mapping[str, Array], known: Mapping[str, Array], made: Mapping[str, Array]
) -> dict[str, float]:
    out: dict[str, float] = {}
    for name in made:
        for who, values in (("real", unseen[name]), ("made", made[name])):
            points = np.quantile(values, (0.1, 0.5, 0.9))
            out |= {f"{name}_{who}_{at}": float(v) for at, v in zip((10, 50, 90), points, strict=True)}
        out[f"ks_{name}"] = _ks(made[name], unseen[name])
        out[f"ks_people_{name}"] = _ks(known[name], unseen[name])
    return out


def _ks(a: Array, b: Array) -> float:
    """Largest distance between two empirical distributions."""
    at = np.concatenate([a, b])
    shares = (np.searchsorted(np.sort(x), at, side="right") / len(x) for x in (a, b))
    return float(np.abs(next(shares) - next(shares)).max())


def _nearest(unseen: Array, known: Array, made: Array) -> dict[str, float]:
    real, fake = _distances(unseen, known), _distances(made, known)
    return {
        "near": float((fake < np.quantile(real, _NEAR)).mean()),
        "nearest_real": float(np.median(real)),
        "nearest_made": float(np.median(fake)),
    }


def _distances(rows: Array, known: Array) -> Array:
    """Root mean square distance a step of each row to the nearest known row."""
    squares = (known**2).sum(axis=1)
    best = []
    for at in range(0, len(rows), 256):
        part = rows[at : at + 256]
        squared = (part**2).sum(axis=1)[:, None] - 2 * part @ known.T + squares
        best.append(np.maximum(squared.min(axis=1), 0.0))
    return np.asarray(np.sqrt(np.concatenate(best) / rows.shape[1]))
