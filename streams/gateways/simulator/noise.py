"""Autocorrelated noise for all wearers at once: independent Ornstein-Uhlenbeck processes of unit variance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


class NoiseBank:
    """Processes with the given time constants (seconds), kept going from block to block."""

    def __init__(self, rng: np.random.Generator, taus: dict[str, float], wearers: int, tick_s: float) -> None:
        self._names = tuple(taus)
        keep = np.exp(-tick_s / np.array(list(taus.values()), dtype=np.float64))
        self._keep = keep.astype(np.float32)[:, None]
        self._push = np.sqrt(1 - keep**2).astype(np.float32)[:, None]
        self._last = rng.standard_normal((len(taus), wearers), dtype=np.float32)

    def block(self, rng: np.random.Generator, ticks: int) -> dict[str, Array]:
        """Give the next `ticks` values of every process, each of shape (ticks, W)."""
        shocks = rng.standard_normal((ticks, *self._last.shape), dtype=np.float32)
        shocks *= self._push
        last = self._last
        for shock in shocks:
            shock += self._keep * last
            last = shock
        self._last = last.copy()
        return {name: np.ascontiguousarray(shocks[:, i]) for i, name in enumerate(self._names)}
