"""A seeded folder of wrist-worn trackers in the layout `fitbit_minutes`, some of whose wearers fall ill."""

from __future__ import annotations

import gzip
from datetime import date, timedelta

import numpy as np

from tests.models.online.weeks import ill, weeks

BEGIN = date(2020, 2, 1)


def write_watches(folder, seed=1, people=3, days=27, sick=2, ill_on=16):
    """Write `people` watches of `days` days; the first `sick` of them fall ill on day `ill_on`.

    Their symptoms begin two days later. Gives the day of symptoms by name.
    """
    folder.mkdir(exist_ok=True)
    labels = {}
    for i in range(people):
        name = f"W{seed}{i:02}"
        rng = np.random.default_rng([seed, i])
        nights = weeks(rng.integers(2**31), days + 1, ("hr",))
        if i < sick:
            nights = ill(nights, ill_on)
            nights["hr"][ill_on + 1 : ill_on + 7] += 3.0
            labels[name] = BEGIN + timedelta(days=ill_on + 2)
        write_watch(folder / f"{name}.csv.gz", rng, nights["hr"])
    rows = [f"{name},{at.isoformat()},{at + timedelta(days=4)}" for name, at in labels.items()]
    text = "\n".join(["id,symptom_date,diagnosis_date", *rows, "ABSENT,2020-03-01,"]) + "\n"
    (folder / "labels_aligned.csv").write_text(text)
    return labels


def write_watch(path, rng, levels):
    """Write one watch whose resting pulse of each day is given; NaN = not worn."""
    lines = ["minute,hr,n_samples,steps"]
    for day, level in enumerate(levels):
        if np.isnan(level):
            continue
        at = BEGIN + timedelta(days=day)
        steps, pulse = _day(rng, level)
        lines += [
            f"{at} {m // 60:02}:{m % 60:02}:00,{pulse[m]:.1f},10,{steps[m]}"
            for m in range(1440)
            if not 600 <= m < 625  # charging
        ]
    with gzip.open(path, "wt", compresslevel=1) as text:
        text.write("\n".join(lines) + "\n")


def _day(rng, level):
    """Steps and pulse of a day: asleep until seven, then sitting and walking by turns."""
    minute = np.arange(1440)
    awake = (minute >= 7 * 60) & (minute < 23 * 60)
    walking = awake & (rng.random(1440 // 20).repeat(20) < 0.25)
    steps = np.where(walking, rng.integers(40, 110, 1440), 0)
    pulse = level + 10 * awake + 25 * walking + 2 * rng.standard_normal(1440)
    return steps, pulse
