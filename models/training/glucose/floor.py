"""Simple forecasts that the glucose network must beat on the same people: persistence and ridge."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.deep.glucose import HORIZONS
from models.training.glucose.data import Windows

_BACK = 24
"""Readings that the regression sees: six hours."""
_RIDGE = 10.0


def floors(train: Windows, test: Windows) -> str:
    """RMSE of both on the test windows, as a line of text."""
    persistence = [_rmse(test.now - test.truth[:, i]) for i in range(len(HORIZONS))]
    return (
        f"persistence {_pair(persistence)}, ridge regression on six hours {_pair(_ridge(train, test))} mg/dL"
    )


def _ridge(train: Windows, test: Windows) -> list[float]:
    x, unseen = _lags(train), _lags(test)
    inner = x.T @ x + _RIDGE * np.eye(x.shape[1])
    found = []
    for i in range(len(HORIZONS)):
        weights = np.linalg.solve(inner, x.T @ (train.truth[:, i] - train.now))
        found.append(_rmse(unseen @ weights + test.now - test.truth[:, i]))
    return found


def _lags(windows: Windows) -> NDArray[Any]:
    now = windows.now[:, None].astype(np.float64)
    back = windows.rows[:, -_BACK - 1 : -1, 0]
    change = np.where(np.isnan(back), 0.0, back - now)
    return np.concatenate([change, now, np.ones_like(now)], axis=1)


def _rmse(off: NDArray[Any]) -> float:
    return float(np.sqrt(np.mean(off.astype(np.float64) ** 2)))


def _pair(values: list[float]) -> str:
    return " / ".join(f"{value:.1f}" for value in values)
