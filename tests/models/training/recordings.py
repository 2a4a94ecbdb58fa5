"""Made-up recordings in the layout of `ltafdb_rr`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np


def write_record(
    folder: Path, name: str, rhythms: Sequence[tuple[str, int]], rate_ms: float = 800, fs: float = 360
) -> Path:
    """Write a record: beats per (rhythm, count); AFIB without order, T as trigeminy, others steady."""
    rng = np.random.default_rng(list(name.encode()))
    parts = [_intervals(rhythm, count, rate_ms, rng) for rhythm, count in rhythms]
    names = sorted({rhythm for rhythm, _ in rhythms})
    codes = np.concatenate([np.full(count, names.index(rhythm), np.uint8) for rhythm, count in rhythms])
    path = folder / f"{name}.npz"
    np.savez(
        path,
        first_sample=np.int64(fs),
        fs=np.float32(fs),
        rr_samples=np.round(np.concatenate(parts) * fs / 1000).astype(np.uint16),
        rhythm=codes,
        rhythm_names=np.array(names),
        beat_symbol=np.full(codes.size, ord("N"), np.uint8),
    )
    return path


def _intervals(rhythm: str, count: int, rate_ms: float, rng: np.random.Generator) -> np.ndarray:
    if rhythm == "AFIB":
        return rate_ms * (0.35 + rng.gamma(9, 0.65 / 9, count))
    if rhythm == "T":
        pattern = np.array([1.0, 0.62, 1.38])[np.arange(count) % 3]
        return rate_ms * pattern + rng.normal(0, 8, count)
    return rate_ms * (1 + 0.03 * np.sin(np.arange(count) / 0.9)) + rng.normal(0, 6, count)
