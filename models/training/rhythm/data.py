"""Arrays that the rhythm network trains and is chosen on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.datasets.rr import RRRecord
from models.deep.rhythm import rhythm_inputs
from models.training.rhythm.windows import Windows, WindowSource, cut_windows

_BLOCK = 64
"""Rows derived at a time: their matrices of distances stay in the processor's cache."""
_FEW = 30
Tick = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Examples:
    """Derived inputs with labels and weights, one row a window."""

    sequence: NDArray[np.float32]
    statistics: NDArray[np.float32]
    af: NDArray[np.bool_]
    weight: NDArray[np.float64]

    def __len__(self) -> int:
        return int(self.af.size)


def _nothing(_: int) -> None:
    return


def derive(windows: Windows, weight: NDArray[np.float64] | None = None, tick: Tick = _nothing) -> Examples:
    """Run the product's own derivation over windows, block by block; `tick` hears of the rows done."""
    parts = []
    for start in range(0, len(windows.rows), _BLOCK):
        parts.append(rhythm_inputs(windows.rows[start : start + _BLOCK]))
        tick(len(parts[-1][0]))
    sequence, statistics = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
    known = np.ones(len(windows.rows)) if weight is None else weight
    return Examples(sequence, statistics, windows.af, known)


def training_pool(records: Sequence[RRRecord], size: int, seed: int, tick: Tick = _nothing) -> Examples:
    """`size` varied windows, kinds and people balanced."""
    source, rng = WindowSource(records), np.random.default_rng(seed)
    parts = []
    for start in range(0, size, 1024):
        parts.append(source.draw(min(1024, size - start), rng))
        tick(len(parts[-1].rows))
    rows, af = np.concatenate([p.rows for p in parts]), np.concatenate([p.af for p in parts])
    return derive(Windows(rows, af), tick=tick)


def as_recorded(record: RRRecord) -> Examples:
    """Every window of a person as it was recorded; the windows of a class weigh one in all."""
    windows = cut_windows(record)
    kind = windows.af.astype(int)
    # A class with a handful of windows must not decide the whole.
    counts = np.maximum(np.bincount(kind, minlength=2), _FEW)
    return derive(windows, 1.0 / counts[kind])
