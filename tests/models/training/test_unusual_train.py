from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.datasets.rr import RecordError
from models.deep.networks import Networks
from models.training.fitting import Plan
from models.training.splits import Split
from models.training.unusual import train as unusual
from models.training.unusual.evaluate import Cohort
from models.training.unusual.train import Effort, sample_rows, train_unusual
from tests.models.training.recordings import write_record

QUICK = Effort(
    train=Cohort(11, 3, 6), validation=Cohort(12, 3, 6), test=Cohort(13, 2, 9), ordinary=Cohort(14, 2, 6),
    plan=Plan(epochs=3, batch=32, rate=3e-3, decay=1e-3),
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    split = Split("ltafdb", "", (("1",), ("2",)), ("3",))
    monkeypatch.setattr(unusual, "load_split", lambda _: split)
    (tmp_path / "rr").mkdir()
    for name in "123":
        write_record(tmp_path / "rr", name, [("N", 14_000), ("AFIB", 2000), ("N", 3000)], fs=128)
    return tmp_path / "rr"


def test_training_ends_in_a_registry_that_loads(folder: Path, tmp_path: Path) -> None:
    entry = train_unusual(folder, tmp_path, lambda *_: None, QUICK)

    networks = Networks.only("unusual", tmp_path)
    said, hours = networks.run("unusual", sample_rows()), sample_rows()
    hours[0] = 7.0
    assert said.shape == (4,)
    assert (said >= 0).all()
    assert networks.run("unusual", hours)[0] > said[0] + 1
    assert entry.thresholds.keys() == {"alarm", "river", "alarm_heart", "river_heart"}
    assert entry.counts["ltafdb test"]["people"] == 1
    assert (tmp_path / "unusual.png").read_bytes().startswith(b"\x89PNG")
    card = (tmp_path / "unusual.md").read_text()
    assert f"# unusual {entry.version}" in card
    assert "- ltafdb test: 0.0%" in card


def test_a_missing_record_is_named(folder: Path, tmp_path: Path) -> None:
    (folder / "2.npz").unlink()
    with pytest.raises(RecordError, match="lacks records 2 "):
        train_unusual(folder, tmp_path, lambda *_: None, QUICK)


def test_hours_lose_channels_but_never_all_of_them() -> None:
    rng, present = np.random.default_rng(6), np.ones((500, 60, 5), np.float32)

    values, kept, _ = unusual._forgetful(rng, (present, present, np.zeros((500, 6), np.float32)))

    assert 0.3 < (kept.any(axis=1).sum(axis=1) < 5).mean() < 0.7
    assert (kept.any(axis=1).sum(axis=1) >= 1).all()
    assert np.array_equal(values, kept)
