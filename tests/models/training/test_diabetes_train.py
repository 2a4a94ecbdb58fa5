from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.datasets.tables import DatasetError
from models.deep.diabetes import COLUMNS
from models.deep.networks import Networks
from models.training.diabetes import data as diabetes_data
from models.training.diabetes.data import gather, load_table
from models.training.diabetes.train import Effort, train_diabetes
from models.training.fitting import Plan
from models.training.run import make_card
from models.training.splits import Split
from tests.models.training.tables import write_nhanes, write_pima

QUICK = Effort(Plan(epochs=3, batch=32, rate=2e-3, decay=0.1))


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Made-up tables with two folds of their own."""
    made = [write_pima(tmp_path / "p"), write_nhanes(tmp_path / "n", [str(i) for i in range(120)])]
    keys = {table.dataset: table.keys for table in map(load_table, made)}
    splits = {name: Split(name, "", (tuple(k[::2]), tuple(k[1::2])), ()) for name, k in keys.items()}
    monkeypatch.setattr(diabetes_data, "load_split", splits.__getitem__)
    return made


def test_training_ends_in_a_registry_that_loads(folders: list[Path], tmp_path: Path) -> None:
    steps: list[str] = []
    out = tmp_path / "out"

    entry = train_diabetes(folders, out, lambda what, *_: steps.append(what), QUICK)

    rows = np.full((2, len(COLUMNS)), np.nan)
    rows[:, [0, 2]], rows[:, 6] = [40, 30], [90, 170]
    low, high = Networks.only("diabetes", out).run("diabetes", rows)
    assert low < high
    assert entry.counts["pima_diabetes cross-validated"]["people"] == 60
    assert "training network 2 of 2" in steps
    assert "by ethnicity" in (out / "diabetes.md").read_text()
    assert (out / "diabetes.png").read_bytes().startswith(b"\x89PNG")


def test_the_card_is_made_again_from_the_file_alone(folders: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    train_diabetes(folders, out, lambda *_: None, QUICK)
    made = {path.name: path.read_bytes() for path in out.iterdir()}
    (out / "diabetes.md").unlink()

    make_card("diabetes", folders, out, lambda *_: None)

    assert {path.name: path.read_bytes() for path in out.iterdir()} == made


def test_the_same_seed_gives_the_same_network(folders: list[Path], tmp_path: Path) -> None:
    quicker = replace(QUICK, plan=replace(QUICK.plan, epochs=1))

    first, second = (train_diabetes(folders, tmp_path / part, lambda *_: None, quicker) for part in "ab")

    assert first.sha256 == second.sha256


def test_one_table_alone_is_not_enough(folders: list[Path]) -> None:
    with pytest.raises(DatasetError, match="trains on both"):
        gather(folders[:1])
