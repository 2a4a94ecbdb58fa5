from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.datasets.tables import DatasetError
from models.deep.glucose import OUTPUTS, QUANTILES
from models.deep.networks import Networks
from models.training.fitting import Plan
from models.training.glucose import card as glucose_card
from models.training.glucose import train as glucose
from models.training.glucose.train import Effort, sample_rows, train_glucose
from models.training.splits import Split
from tests.models.training.series import write_series

QUICK = Effort(Plan(epochs=2, batch=64, rate=2e-3, decay=0.02))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    split = Split("shanghai_cgm", "", (("1", "2"), ("3", "4")), ("5",))
    for module in (glucose, glucose_card):
        monkeypatch.setattr(module, "load_split", lambda _: split)
    return write_series(tmp_path / "cgm", ["1", "2", "3", "4", "5"], hours=40)


def test_training_ends_in_a_registry_that_loads(folder: Path, tmp_path: Path) -> None:
    entry = train_glucose(folder, tmp_path, lambda *_: None, QUICK)

    said = Networks.only("glucose", tmp_path).run("glucose", sample_rows())
    assert said.shape == (3, len(OUTPUTS))
    assert (np.diff(said[:, : len(QUANTILES)], axis=1) > 0).all()
    assert entry.counts["shanghai test"]["people"] == 1
    assert "ridge regression" in (tmp_path / "glucose.md").read_text()


def test_a_missing_person_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="lacks 5 of"):
        train_glucose(write_series(tmp_path / "less", ["1", "2", "3", "4"]), tmp_path, lambda *_: None, QUICK)
