from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.datasets.tables import DatasetError
from models.deep.deterioration import HOURS, Inputs
from models.deep.networks import Networks
from models.training import deterioration, deterioration_card
from models.training.deterioration import Effort, sample_rows, thinned, train_deterioration
from models.training.fitting import Plan
from models.training.splits import Split
from tests.models.training.stays import write_stays

QUICK = Effort(Plan(epochs=2, batch=8, rate=2e-3, decay=0.1), variants=1)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    names = [str(i) for i in range(1, 46)]
    split = Split("physionet2012", "", (tuple(names[:18]), tuple(names[18:36])), tuple(names[36:]))
    for module in (deterioration, deterioration_card):
        monkeypatch.setattr(module, "load_split", lambda _: split)
    return write_stays(tmp_path / "icu", list(map(int, names)))


@pytest.mark.parametrize("inputs", ["wearable", "clinical"])
def test_training_ends_in_a_registry_that_loads(folder: Path, tmp_path: Path, inputs: Inputs) -> None:
    entry = train_deterioration(inputs, folder, tmp_path, lambda *_: None, QUICK)

    said = Networks.only(entry.name, tmp_path).run(entry.name, sample_rows(inputs))
    assert said.shape == (2, HOURS)
    assert ((said > 0) & (said < 1)).all()
    assert entry.counts["cinc2012 test"]["people"] == 9
    assert "| 65 to 79" in (tmp_path / entry.card).read_text()


def test_an_answer_never_changes_with_what_comes_later(folder: Path, tmp_path: Path) -> None:
    entry = train_deterioration("wearable", folder, tmp_path, lambda *_: None, QUICK)
    networks, rows = Networks.only(entry.name, tmp_path), sample_rows("wearable")
    cut = rows.copy()
    cut[:, 20:, :7] = np.nan

    whole, early = (networks.run(entry.name, each) for each in (rows, cut))

    assert np.array_equal(whole[:, :20], early[:, :20])
    assert not np.array_equal(whole, early)


def test_a_missing_stay_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="lacks 1 stays"):
        less = write_stays(tmp_path / "less", list(range(1, 45)))
        train_deterioration("wearable", less, tmp_path, lambda *_: None, QUICK)


def test_thinning_only_takes_away() -> None:
    rows = np.ones((5, HOURS, 9), np.float32)

    out = thinned("wearable", rows, np.random.default_rng(0))

    assert np.isnan(out[:, :, :7]).any()
    assert (out[:, :, 7:] == 1).all()
    assert (out[~np.isnan(out)] == 1).all()
