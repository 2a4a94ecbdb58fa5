"""What the generators of made-up windows take: a row of chance and a condition.

A row is flat: LATENT normal numbers that say what kind of window it is, then for each step a uniform
number that picks among the likely values and a normal one that varies it, then the condition. For
`synth_rhythm` that is 60 flags (beat in fibrillation) and the usual interval in ms; for `synth_glucose`
the newest reading and the lowest of the coming hour in mg/dL, and the minute of the local day.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.deep.glucose import RECENT, STEP_MIN
from models.deep.rhythm import BEATS, LONGEST_MS, SHORTEST_MS

LATENT = 12
AHEAD = 4
"""Readings of the coming hour."""
READINGS = RECENT + AHEAD
"""Six hours that end with the newest reading, then the coming hour."""
RHYTHM_CONDITION, GLUCOSE_CONDITION = BEATS + 1, 3
RHYTHM_ROW = LATENT + 2 * BEATS + RHYTHM_CONDITION
GLUCOSE_ROW = LATENT + 2 * READINGS + GLUCOSE_CONDITION
RHYTHM_CONTEXT, GLUCOSE_CONTEXT = 2, 6
USUAL_MS = 800.0
"""Interval that counts as zero, on the scale of logarithms."""
MIDDLE, UNIT = 120.0, 40.0
"""mg/dL that count as zero, and as one."""

Rows = NDArray[np.float32]
Inputs = tuple[Rows, Rows, Rows, Rows]
"""Latent [n, 12], choice and noise [n, steps], context [n, steps, k]."""


def synth_rhythm_inputs(rows: NDArray[np.floating]) -> Inputs:
    """Derive the inputs of `synth_rhythm` from rows [n, 193]. Raises ValueError on another shape."""
    latent, choice, noise, condition = _parts(rows, BEATS, RHYTHM_CONDITION)
    return latent, choice, noise, rhythm_context(condition)


def synth_glucose_inputs(rows: NDArray[np.floating]) -> Inputs:
    """Derive the inputs of `synth_glucose` from rows [n, 71]. Raises ValueError on another shape."""
    latent, choice, noise, condition = _parts(rows, READINGS, GLUCOSE_CONDITION)
    return latent, choice, noise, glucose_context(condition)


def rhythm_context(condition: NDArray[np.floating]) -> Rows:
    """[n, 60, 2]: in fibrillation or not, and log of the usual interval over 800 ms."""
    usual = np.log(np.clip(condition[:, BEATS:], SHORTEST_MS, LONGEST_MS) / USUAL_MS)
    level = np.repeat(usual, BEATS, axis=1)
    return np.stack([condition[:, :BEATS] > 0.5, level], axis=2).astype(np.float32)


def glucose_context(condition: NDArray[np.floating]) -> Rows:
    """[n, 28, 6]: newest reading, lowest to come, hours from now, to come or not, time of day."""
    hours = np.broadcast_to((np.arange(READINGS) - RECENT + 1) * STEP_MIN / 60.0, (len(condition), READINGS))
    newest, lowest = (np.repeat((condition[:, i : i + 1] - MIDDLE) / UNIT, READINGS, axis=1) for i in (0, 1))
    turn = 2 * np.pi * (condition[:, 2:] / 1440.0 + hours / 24.0)
    parts = (newest, lowest, hours, hours > 0, np.sin(turn), np.cos(turn))
    return np.stack(parts, axis=2).astype(np.float32)


def _parts(rows: NDArray[np.floating], steps: int, condition: int) -> Inputs:
    x = np.asarray(rows, dtype=np.float32)
    width = LATENT + 2 * steps + condition
    if x.ndim != 2 or x.shape[1] != width:
        raise ValueError(f"rows of this generator are [n, {width}], not {list(x.shape)}")
    latent, choice, noise, rest = np.split(x, [LATENT, LATENT + steps, LATENT + 2 * steps], axis=1)
    # Rounding must never leave a choice beyond the last of the likely values.
    return latent, np.clip(choice, 0.0, 0.9999).astype(np.float32), noise, rest


def draw_rows(condition: NDArray[np.floating], steps: int, rng: np.random.Generator) -> Rows:
    """Rows of chance for conditions [n, k], to be run by a generator of so many steps."""
    count = len(condition)
    latent, noise = rng.normal(size=(count, LATENT)), rng.normal(size=(count, steps))
    return np.concatenate([latent, rng.random((count, steps)), noise, condition], axis=1).astype(np.float32)
