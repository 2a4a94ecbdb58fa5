"""Alerts instead of windows: what a wearer of a glucose monitor would be told, by the policy that ships."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.deep.asks import Ask
from models.deep.glucose import LOW, OUTPUTS, STEP_MIN, STEPS
from models.policy.episode import Episode
from models.policy.rules import Rule
from models.risk.networks import low_ahead
from models.training.glucose.data import Windows
from models.training.metrics import Figures

Array = NDArray[np.float64]
_MINUTE = 60_000
_BREAK_MS = 6 * 60 * _MINUTE
"""A longer time without windows is another wearing: alerts start anew."""
_AHEAD_MS = 90 * _MINUTE
"""An alert this long before a low still foretold it: the network looks an hour ahead."""
_PER_DAY = 24 * 60 / STEP_MIN


def alerts(windows: Windows, said: Array, rule: Rule) -> Array:
    """[n, 4] of each window: an alert is raised, a reading below 70 follows within the hour, a low begins,
    and how many minutes before an alert foretold it (NaN where none did).

    `said` [n, 14] answers. Windows in the order of time within a wearing.
    """
    out = np.zeros((len(said), 4))
    out[:, 3] = np.nan
    episode, raised, before = Episode(), -np.inf, -np.inf
    falls, now = windows.events[:, 0], windows.now
    for i, time in enumerate(windows.times.tolist()):
        if not 0 <= time - before <= _BREAK_MS:
            episode, raised = Episode(), -np.inf
        elif now[i] < LOW <= now[i - 1]:
            out[i, 2] = 1.0
            if time - raised <= _AHEAD_MS:
                out[i, 3] = (time - raised) / _MINUTE
        before = time
        if _raised(episode, windows.rows[i], said[i], time, rule):
            raised = time
            out[i, :2] = 1.0, falls[i]
    return out


def _raised(episode: Episode, row: NDArray[np.float32], said: Array, time: int, rule: Rule) -> bool:
    start = time - (STEPS - 1) * STEP_MIN * _MINUTE
    ask = Ask("glucose", start, time + 60 * _MINUTE, row, OUTPUTS.index("p_low"))
    ask.answer = said.astype(np.float32)
    found = low_ahead(ask, rule)
    return episode.update(found.time, found.level, rule) == "raised"


def judge_alerts(told: Array) -> Figures:
    """`alerts_per_day`, `alert_ppv`, share of lows foretold and median minutes before, of [n, 4] alerts."""
    raised, right, begins, lead = told.T
    foretold = lead[~np.isnan(lead)]
    return {
        "alerts_per_day": float(raised.sum() / (len(told) / _PER_DAY)),
        "alert_ppv": float(right.sum() / raised.sum()) if raised.any() else float("nan"),
        "lows_foretold": float(len(foretold) / begins.sum()) if begins.any() else float("nan"),
        "foretold_median_min": float(np.median(foretold)) if len(foretold) else float("nan"),
    }
