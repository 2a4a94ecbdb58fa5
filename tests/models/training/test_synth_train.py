from __future__ import annotations

from pathlib import Path

import pytest

from models.datasets.tables import DatasetError
from models.deep.manifest import read_manifest
from models.deep.networks import Networks
from models.training import synth, synth_classifier, synth_judge
from models.training.fitting import Plan
from models.training.splits import Split
from models.training.synth import Effort, rises, train_synth
from models.training.synth_evaluate import evaluate_synth
from tests.models.training.recordings import write_record
from tests.models.training.series import write_series

QUICK = Effort(*(Plan(epochs=epochs, batch=32, rate=5e-3, decay=1e-3) for epochs in (2, 8)))
SPLIT = Split("made up", "", (("1", "2"), ("3", "4")), ("5", "6"))


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synth, "load_split", lambda _: SPLIT)
    monkeypatch.setattr(synth_judge, "SEEDS", (1, 2))
    monkeypatch.setattr(synth_classifier, "STEPS", 200)


def test_generators_of_both_kinds_end_in_a_registry_that_no_worker_loads(tmp_path: Path) -> None:
    beats, out = tmp_path / "rr", tmp_path / "out"
    beats.mkdir()
    for name in "123456":
        write_record(beats, name, [("N", 130), ("AFIB", 100)] * 4, fs=128)
    glucose = write_series(tmp_path / "cgm", list("123456"), hours=60, levels=(95, 115))

    entries = train_synth([beats, glucose], out, lambda *_: None, QUICK)

    assert [entry.name for entry in entries] == ["synth_rhythm", "synth_glucose"]
    assert {entry.use for entry in read_manifest(out).models} == {"training"}
    assert Networks.load(out).versions == {}
    for entry in entries:
        assert entry.counts["made up test"]["people"] == 2
        assert "## Verdict" in (out / entry.card).read_text()
        assert (out / entry.file).stat().st_size < 1_000_000
        assert (out / f"{entry.name}.png").read_bytes().startswith(b"\x89PNG")
    report = evaluate_synth(Networks.only("synth_rhythm", out), beats).as_json()
    assert report["people"] == 6
    assert 0 < report["windows_rare"] < report["windows"]


def test_a_gain_must_hold_for_every_seed_and_over_people() -> None:
    assert rises([0.02, 0.03], (0.01, 0.05))
    assert not rises([0.02, 0.03], (-0.01, 0.05))
    assert not rises([0.02, -0.03], (0.01, 0.05))


def test_people_of_the_split_who_are_missing_are_told_of(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="lacks people"):
        train_synth([write_series(tmp_path, ["1", "2"], levels=(95, 115))], tmp_path, lambda *_: None, QUICK)
