"""Made-up glucose series in the layout of the Shanghai data."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def write_series(
    folder: Path,
    people: list[str],
    hours: int = 60,
    step: int = 15,
    seed: int = 0,
    levels: tuple[float, float] = (110, 160),
) -> Path:
    """Waves of glucose with a meal every six hours, a reading each `step` minutes, every 40th missing."""
    rng, lines = np.random.default_rng(seed), ["series,type,time,glucose_mg_dl,meal"]
    for person in people:
        phase, level = rng.uniform(0, 6), rng.uniform(*levels)
        for i in range(hours * 60 // step):
            minute = i * step
            day, clock = 1 + minute // 1440, f"{minute % 1440 // 60:02d}:{minute % 60:02d}:00"
            wave = 55 * np.sin(minute / 60 * 2 * np.pi / 6 + phase)
            value = "" if i % 40 == 39 else f"{level + wave + rng.normal(0, 2):.1f}"
            lines.append(
                f"{person}_0_20210101,T2DM,2021-01-{day:02d} {clock},{value},{int(minute % 360 == 0)}"
            )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "shanghai_cgm.csv").write_text("\n".join(lines) + "\n")
    return folder
