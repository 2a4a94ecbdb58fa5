"""Judges the glucose network on series of readings, through the product's own inputs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.datasets.cgm import load_series
from models.datasets.tables import DatasetError
from models.deep.glucose import HORIZONS, LOW, OUTPUTS, QUANTILES
from models.deep.networks import Networks
from models.policy.rules import load_policy
from models.training.glucose.alerts import alerts, judge_alerts
from models.training.glucose.data import Windows, by_patient
from models.training.glucose.zones import clarke_zones
from models.training.metrics import Figures, auroc, expected_calibration_error
from models.training.report import Report
from models.training.splits import load_split

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
P_LOW, P_HIGH = OUTPUTS.index("p_low"), OUTPUTS.index("p_high")


def judge(said: Array, truth: Array, events: Flags, now: Array, told: Array, threshold: float) -> Figures:
    """Errors in mg/dL, pinball loss, share in Clarke zones, how well lows and highs are foretold, and alerts.

    `said` [n, 14] answers, `truth` [n, 2], `events` [n, 2], `now` [n], `told` [n, 4] alerts. `low_se` and
    `low_false_rate` are of windows that are not low yet, at P(low) ≥ threshold.
    """
    out: Figures = {}
    for i, horizon in enumerate(HORIZONS):
        off = said[:, OUTPUTS.index(f"mean_{horizon}")] - truth[:, i]
        out[f"rmse_{horizon}"] = float(np.sqrt(np.mean(off**2)))
    for i, horizon in enumerate(HORIZONS):
        out[f"mae_{horizon}"] = float(np.mean(np.abs(_quantile(said, 0.5, horizon) - truth[:, i])))
        out[f"pinball_{horizon}"] = _pinball(said, truth[:, i], horizon)
        inside = (truth[:, i] >= _quantile(said, 0.05, horizon)) & (
            truth[:, i] <= _quantile(said, 0.95, horizon)
        )
        out[f"inside_90_{horizon}"] = float(inside.mean())
    zones = clarke_zones(truth[:, 0], _quantile(said, 0.5, 30))
    out |= {
        "clarke_a_30": float((zones == "A").mean()),
        "clarke_ab_30": float(np.isin(zones, ["A", "B"]).mean()),
    }
    return out | _foretold(said, events, now, threshold) | judge_alerts(told)


def _quantile(said: Array, level: float, horizon: int) -> Array:
    return said[:, OUTPUTS.index(f"q{level:.2f}_{horizon}")]


def _pinball(said: Array, truth: Array, horizon: int) -> float:
    losses = []
    for level in QUANTILES:
        off = truth - _quantile(said, level, horizon)
        losses.append(np.maximum(level * off, (level - 1) * off).mean())
    return float(np.mean(losses))


def _foretold(said: Array, events: Flags, now: Array, threshold: float) -> Figures:
    low, high = said[:, P_LOW], said[:, P_HIGH]
    fine = now >= LOW
    called, falls = low[fine] >= threshold, events[fine, 0]
    return {
        "low_auroc": auroc(low[fine], falls),
        "low_se": float(called[falls].mean()) if falls.any() else float("nan"),
        "low_false_rate": float(called[~falls].mean()) if (~falls).any() else float("nan"),
        "high_auroc": auroc(high, events[:, 1]),
        "ece": expected_calibration_error(low, events[:, 0]),
        "ece_high": expected_calibration_error(high, events[:, 1]),
    }


def report(windows: list[Windows], said: list[Array], threshold: float, version: str) -> Report:
    """Figures over people with at least one window.

    `windows_skipped` is the share of steps with a reading that the stream does not ask; `windows_untold` are
    asked, but have no reading after 30 or after 60 minutes.
    """
    rule = load_policy().rules["glucose_forecast"]
    people = [
        (answers, w.truth.astype(np.float64), w.events, w.now.astype(np.float64), alerts(w, answers, rule))
        for w, answers in zip(windows, said, strict=True)
        if len(answers)
    ]
    asked = sum(len(w.rows) + w.untold for w in windows)
    skipped = sum(w.skipped for w in windows)
    lows = sum(int(person[2][:, 0].sum()) for person in people)
    extra = {
        "threshold": threshold,
        "windows_skipped": round(skipped / (asked + skipped), 6) if skipped else 0.0,
        "windows_skipped_count": skipped,
        "windows_untold": sum(w.untold for w in windows),
        "windows_low": lows,
        "groups": {},
        "groups_missing": "this layout carries neither sex nor age",
    }
    return Report("glucose", version, people, partial(judge, threshold=threshold), extra)


def evaluate_glucose(
    networks: Networks,
    folder: Path,
    test_only: bool = False,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Report:
    """Score every window of everyone in a folder, or of the committed test people. Raises DatasetError."""
    people = by_patient(load_series(folder))
    if test_only:
        wanted = set(load_split("shanghai_cgm").test)
        people = {name: windows for name, windows in people.items() if name in wanted}
    windows = list(people.values())
    if not any(len(found.rows) for found in windows):
        raise DatasetError(f"{folder}: nobody has readings over three hours, then after 30 and 60 minutes")
    entry, said = networks.entry("glucose"), []
    for done, found in enumerate(windows):
        said.append(networks.run("glucose", found.rows).astype(np.float64))
        progress("people", done + 1, len(windows))
    return report(windows, said, entry.thresholds["low"], entry.version)
