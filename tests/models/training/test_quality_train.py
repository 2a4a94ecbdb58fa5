from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.datasets.rr import RecordError
from models.deep.networks import Networks
from models.training.fitting import Plan
from models.training.quality.train import Effort, train_quality
from models.training.splits import load_split
from tests.models.deep.hearts import sinus
from tests.models.training.recordings import write_record

QUICK = Effort(windows=512, plan=Plan(epochs=4, batch=64, rate=3e-3))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Short made-up records under the names of LTAFDB."""
    folder = tmp_path_factory.mktemp("ltafdb_rr")
    split = load_split("ltafdb")
    for name in [*split.development, *split.test]:
        write_record(folder, name, [("N", 500), ("AFIB", 300), ("T", 200)], fs=128)
    return folder


def noise(count: int) -> np.ndarray:
    return 250 + np.random.default_rng(4).exponential(350, (count, 60))


def test_training_ends_in_a_registry_that_loads_and_tells_noise_from_beats(
    folder: Path, tmp_path: Path
) -> None:
    steps: list[str] = []

    entry = train_quality(folder, tmp_path, lambda what, *_: steps.append(what), QUICK)

    networks = Networks.only("quality", tmp_path)
    assert networks.run("quality", sinus(64)).mean() > networks.run("quality", noise(64)).mean() + 0.3
    assert 0 < entry.thresholds["usable"] < 1
    assert entry.counts["ltafdb test"]["people"] == 12
    assert "training network 4 of 4" in steps
    assert (tmp_path / "quality.png").read_bytes().startswith(b"\x89PNG")
    assert f"# quality {entry.version}" in (tmp_path / "quality.md").read_text()


def test_the_same_seed_gives_the_same_network(folder: Path, tmp_path: Path) -> None:
    effort = Effort(windows=128, plan=Plan(epochs=1, batch=64))

    first, second = (train_quality(folder, tmp_path / part, lambda *_: None, effort) for part in "ab")

    assert first.sha256 == second.sha256


def test_a_missing_record_is_named(folder: Path, tmp_path: Path) -> None:
    name = load_split("ltafdb").folds[0][0]
    for path in folder.glob("*.npz"):
        if path.stem != name:
            (tmp_path / path.name).symlink_to(path)

    with pytest.raises(RecordError, match=f"lacks records {name}"):
        train_quality(tmp_path, tmp_path / "out", lambda *_: None, QUICK)
