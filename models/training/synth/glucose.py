"""Six hours of glucose before a low, and the hour in which it comes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.random import Generator

from models.datasets.cgm import load_series
from models.deep.glucose import LOW, RECENT
from models.deep.synth import AHEAD, READINGS
from models.training.glucose.data import Windows, by_patient
from models.training.synth.kinds import Array, Cut, Kind, Person, Rows, at_most

_COMMON = 400
"""Windows without a low to learn from of one person."""


def people(folder: Path, names: Sequence[str] | None) -> list[Person]:
    """Everyone with seven hours of readings in one piece."""
    found = by_patient(load_series(folder))
    chosen = [name for name in found if names is None or name in set(names)]
    everyone = (_person(name, cut(found[name])) for name in chosen)
    return [person for person in everyone if len(person.judged)]


def _person(name: str, windows: Cut) -> Person:
    rng = np.random.default_rng(list(name.encode()))
    return Person(name, at_most(windows, len(windows), _COMMON, rng), windows)


def cut(windows: Windows) -> Cut:
    """Windows without gaps that are not low yet; rare where the coming hour goes below 70 mg/dL."""
    rows = np.concatenate([windows.rows[:, -RECENT:, 0], windows.later], axis=1)
    whole = ~np.isnan(rows).any(axis=1) & (windows.now >= LOW)
    rows, minute = rows[whole], windows.rows[whole, -1, 2]
    lowest = rows[:, -AHEAD:].min(axis=1)
    condition = np.stack([rows[:, RECENT - 1], lowest, minute], axis=1)
    return Cut(rows.astype(np.float32), condition.astype(np.float32), lowest < LOW)


def features(windows: Cut) -> Array:
    """[n, 54]: six hours relative to the newest reading, changes, the newest reading itself, time of day."""
    past = windows.rows[:, :RECENT].astype(np.float64)
    now = past[:, -1:]
    change = np.clip(np.diff(past, axis=1) / 10.0, -6, 6)
    level = [(now - 120.0) / 40.0, np.log(now / 100.0), past.min(axis=1, keepdims=True) / 40.0]
    turn = 2 * np.pi * windows.condition[:, 2:] / 1440.0
    parts = (np.clip((past - now) / 30.0, -8, 8)[:, :-1], change, *level, np.sin(turn), np.cos(turn))
    return np.concatenate(parts, axis=1)


def vary(condition: Rows, rng: Generator) -> Rows:
    """Newest and lowest readings a few mg/dL away, half an hour earlier or later."""
    out = condition + rng.normal(0, [3.0, 3.0, 30.0], condition.shape)
    out[:, 0] = np.maximum(out[:, 0], LOW + 1)
    out[:, 1] = np.minimum(out[:, 1], LOW - 2)
    out[:, 2] %= 1440
    return out.astype(np.float32)


def finish(rows: Rows, condition: Rows) -> Cut:
    """Readings in tenths; only windows that are not low yet and become so."""
    # The publisher's values are mmol/L with one decimal, times 18.
    stepped = (np.round(rows / 1.8) * 1.8).astype(np.float32)
    lowest = stepped[:, RECENT:].min(axis=1)
    kept = (stepped[:, RECENT - 1] >= LOW) & (lowest < LOW)
    told = np.stack([stepped[:, RECENT - 1], lowest, condition[:, 2]], axis=1).astype(np.float32)
    return Cut(stepped, told, kept).take(kept)


def statistics(rows: Rows) -> dict[str, Array]:
    """Newest reading and lowest to come, mean of six hours, fastest fall in a quarter hour, roughness."""
    x = rows.astype(np.float64)
    change = np.diff(x, axis=1)
    return {
        "newest": x[:, RECENT - 1],
        "lowest_ahead": x[:, RECENT:].min(axis=1),
        "mean_6h": x[:, :RECENT].mean(axis=1),
        "fastest_fall": change.min(axis=1),
        "roughness": np.abs(np.diff(change, axis=1)).mean(axis=1),
    }


def placed(rows: Rows) -> Array:
    """Readings in mg/dL."""
    return rows.astype(np.float64)


KIND = Kind(
    "synth_glucose", "shanghai_cgm", 1.5, READINGS, people, features, vary, finish, statistics, placed
)
