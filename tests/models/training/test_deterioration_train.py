from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from flax import nnx

from models.datasets.tables import DatasetError
from models.deep.deterioration import HOURS, PEOPLE, UNKNOWN, Inputs, channels, columns, columns_of
from models.deep.networks import Networks
from models.training.deterioration import card as deterioration_card
from models.training.deterioration import train as deterioration
from models.training.deterioration.data import load
from models.training.deterioration.fit import Effort, thinned
from models.training.deterioration.net import Members, ramps_of, together
from models.training.deterioration.targets import DEATHS, TARGETS, targets
from models.training.deterioration.train import sample_rows, train_deterioration
from models.training.fitting import Plan
from models.training.splits import Split
from tests.models.training.stays import write_stays

QUICK = Effort(Plan(epochs=2, batch=8, rate=2e-3, decay=0.0), members=1)


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
    measured = [i for i, name in enumerate(columns("wearable")) if name not in PEOPLE["wearable"]]
    cut[:, 20:, measured] = np.nan

    whole, early = (networks.run(entry.name, each) for each in (rows, cut))

    assert np.array_equal(whole[:, :20], early[:, :20])
    assert not np.array_equal(whole, early)


def test_a_missing_stay_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="lacks 1 stays"):
        less = write_stays(tmp_path / "less", list(range(1, 45)))
        train_deterioration("wearable", less, tmp_path, lambda *_: None, QUICK)


def test_thinning_only_takes_away() -> None:
    rows = np.ones((5, HOURS, channels("wearable")), np.float32)

    out = thinned("wearable", rows, np.random.default_rng(0))

    pulse, person = (
        columns_of("wearable", "hr"),
        [columns("wearable").index(name) for name in ("age", "male")],
    )
    assert np.isnan(out[:, :, pulse]).any()
    assert (np.isnan(out[:, :, pulse]).all(axis=2) == np.isnan(out[:, :, pulse]).any(axis=2)).all()
    assert (out[:, :, person] == 1).all()
    assert (out[~np.isnan(out)] == 1).all()


def test_other_outcomes_teach_too_and_are_unknown_where_they_are_missing(folder: Path) -> None:
    stays = load("wearable", folder)

    wanted = targets(folder, stays)

    assert wanted.shape == (45, TARGETS)
    assert (wanted[:, :DEATHS] == stays.died[:, None]).all()
    saps_and_sofa = wanted[:, DEATHS : DEATHS + 2]
    assert np.isnan(saps_and_sofa).all()
    lowest_consciousness = wanted[:, DEATHS + 3]
    assert lowest_consciousness[stays.died].max() < lowest_consciousness[~stays.died].min()


def test_members_answer_together_as_each_alone() -> None:
    pairs = [Members(2, 6, 8, 4, 5, 0.1, nnx.Rngs(seed)) for seed in range(2)]
    rng = np.random.default_rng(0)
    hourly, ramps = (rng.normal(size=(3, HOURS, width)).astype(np.float32) for width in (6, 8))

    joined = np.asarray(together(pairs)(hourly, ramps))

    for pair in pairs:
        pair.eval()
    alone = np.concatenate([np.asarray(pair(hourly, ramps)) for pair in pairs])
    assert joined.shape == (4, 3, HOURS, 1)
    assert np.abs(joined - alone[..., :1]).max() < 5e-3


def test_what_is_unknown_reaches_no_ramp() -> None:
    summary = np.array([[0.0, 1.0], [4.0, UNKNOWN], [2.0, 3.0]])

    ramps = np.asarray(ramps_of(summary)(summary)).reshape(3, 4, 2)

    assert ramps[1, :, 1].tolist() == [0, 0, 0, 0]
    assert np.abs(ramps[:, :, 0].mean(axis=0)).max() < 1e-6
    assert ramps[1, :, 0] - ramps[0, :, 0] == pytest.approx(np.ones(4))
