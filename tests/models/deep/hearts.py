"""Made-up windows of 60 intervals (ms) of known rhythm."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]


def sinus(count: int, seed: int = 1) -> Rows:
    """Breathing sinus rhythm of many rates."""
    rng, at = np.random.default_rng(seed), np.arange(60)
    rate, period = rng.uniform(550, 1200, (count, 1)), rng.uniform(3, 7, (count, 1))
    wave = np.sin(at * 2 * np.pi / period + rng.uniform(0, 6, (count, 1)))
    return (rate * (1 + 0.03 * wave) + rng.normal(0, 6, (count, 60))).astype(np.float32)


def fibrillation(count: int, seed: int = 2) -> Rows:
    """Intervals without order, about a fifth of their mean in spread (Hayano 1997: .2 to .25)."""
    rng = np.random.default_rng(seed)
    mean = rng.uniform(550, 950, (count, 1))
    return (mean * (0.35 + rng.gamma(9, 0.65 / 9, (count, 60)))).astype(np.float32)


def bigeminy(count: int, seed: int = 3) -> Rows:
    """Every other beat premature with a compensatory pause."""
    rng = np.random.default_rng(seed)
    rate, early = rng.uniform(650, 1000, (count, 1)), rng.uniform(0.55, 0.75, (count, 1))
    pattern = np.where(np.arange(60) % 2 == 0, early, 2 - early)
    return (rate * pattern + rng.normal(0, 8, (count, 60))).astype(np.float32)


def trigeminy(count: int, seed: int = 4) -> Rows:
    """Every third beat premature with a compensatory pause."""
    rng = np.random.default_rng(seed)
    rate, early = rng.uniform(650, 1000, (count, 1)), rng.uniform(0.55, 0.75, (count, 1))
    phase = np.arange(60) % 3
    pattern = np.select([phase == 1, phase == 2], [early, 2 - early], 1.0)
    return (rate * pattern + rng.normal(0, 8, (count, 60))).astype(np.float32)
