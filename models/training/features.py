"""Measures what the rows of each network's training people are like, for drift to be told from them.

`python -m models.training.features DATA` writes `models/deep/features.json`.

DATA holds the folders ltafdb_rr, shanghai_cgm, pima_diabetes, nhanes_2009_12 and physionet2012_icu_vitals.
What `unusual` sees is on the personal scale: 0 is as usual and 1 a spread, by how it is made, so that is
taken for its training data and not measured.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.datasets.cgm import load_series
from models.datasets.rr import load_records
from models.deep.deterioration import Inputs
from models.deep.features import FILE, SPREADS, features_of
from models.deep.manifest import read_manifest
from models.deep.networks import COMMITTED
from models.training.deterioration.data import load
from models.training.diabetes.data import gather
from models.training.glucose.data import by_patient
from models.training.rhythm.windows import cut_windows
from models.training.splits import load_split

BOTH: tuple[Inputs, ...] = ("wearable", "clinical")
FEWEST = 1e-6
Rows = NDArray[np.floating]


def measured(data: Path) -> dict[str, dict[str, list[float]]]:
    """`name version` to figure to mean and standard deviation."""
    versions = read_manifest(COMMITTED).active()
    found = {
        f"{name} {versions[name].version}": _spreads(name, rows)
        for name, rows in _rows(data)
        if name in versions
    }
    if "unusual" in versions:
        found[f"unusual {versions['unusual'].version}"] = {name: [0.0, 1.0] for name in SPREADS}
    return found


def _rows(data: Path) -> Iterator[tuple[str, Rows]]:
    people = load_split("ltafdb").development
    yield "rhythm", np.concatenate([cut_windows(r).rows for r in load_records(data / "ltafdb_rr", people)])
    wearings = by_patient(load_series(data / "shanghai_cgm"))
    yield "glucose", np.concatenate([wearings[name].rows for name in load_split("shanghai_cgm").development])
    tables = gather([data / "pima_diabetes", data / "nhanes_2009_12"]).tables
    yield "diabetes", np.concatenate([table.rows for table in tables])
    for inputs in BOTH:
        stays = load(inputs, data / "physionet2012_icu_vitals")
        yield f"deterioration_{inputs}", stays.of(load_split("physionet2012").development).rows


def _spreads(name: str, rows: Rows) -> dict[str, list[float]]:
    return {
        figure: [round(float(np.nanmean(values)), 4), round(max(float(np.nanstd(values)), FEWEST), 4)]
        for figure, values in features_of(name, rows).items()
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(measured(Path(sys.argv[1])), indent=1) + "\n", encoding="utf-8")
