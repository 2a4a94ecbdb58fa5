from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.datasets.rr import RecordError
from models.deep.networks import Networks
from models.training.rhythm.fit import Plan
from models.training.rhythm.train import Effort, train_rhythm
from models.training.splits import load_split
from tests.models.deep.hearts import fibrillation, sinus
from tests.models.training.recordings import write_record

QUICK = Effort(windows=1024, plan=Plan(epochs=4))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Short made-up records under the names of LTAFDB."""
    folder = tmp_path_factory.mktemp("ltafdb_rr")
    split = load_split("ltafdb")
    for name in [*split.development, *split.test]:
        write_record(folder, name, [("N", 400), ("AFIB", 400), ("T", 300)], fs=128)
    return folder


def test_training_ends_in_a_registry_that_loads_and_tells_rhythms_apart(folder: Path, tmp_path: Path) -> None:
    steps: list[str] = []

    entry = train_rhythm(folder, tmp_path, lambda what, *_: steps.append(what), QUICK)

    networks = Networks.load(tmp_path)
    assert networks.versions == {"rhythm": entry.version}
    assert networks.run("rhythm", fibrillation(64)).mean() > networks.run("rhythm", sinus(64)).mean() + 0.5
    assert entry.counts["ltafdb test"]["people"] == 12
    assert entry.counts["ltafdb validation"]["people"] == 51
    assert "training network 4 of 4" in steps
    assert (tmp_path / "rhythm.png").read_bytes().startswith(b"\x89PNG")
    assert f"# rhythm {entry.version}" in (tmp_path / "rhythm.md").read_text()


def test_the_same_seed_gives_the_same_network(folder: Path, tmp_path: Path) -> None:
    effort = Effort(windows=256, plan=Plan(epochs=1))

    first, second = (train_rhythm(folder, tmp_path / part, lambda *_: None, effort) for part in "ab")

    assert np.array_equal(first.sample.outputs, second.sample.outputs)
    assert first.sha256 == second.sha256


def test_a_missing_record_is_named(folder: Path, tmp_path: Path) -> None:
    name = load_split("ltafdb").folds[0][0]
    for path in folder.glob("*.npz"):
        if path.stem != name:
            (tmp_path / path.name).symlink_to(path)

    with pytest.raises(RecordError, match=f"lacks records {name}"):
        train_rhythm(tmp_path, tmp_path / "out", lambda *_: None, QUICK)
