from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.datasets.tables import DatasetError
from models.deep.networks import Networks
from models.deep.rhythm import BEATS
from models.deep.synth import draw_rows
from models.training.fitting import Plan
from models.training.splits import Split
from models.training.synth import classifier as synth_classifier
from models.training.synth import judge as synth_judge
from models.training.synth import train as synth
from models.training.synth.fit import fit_generator, sampler
from models.training.synth.rhythm import KIND
from models.training.synth.train import Effort, rises, train_synth
from tests.models.training.recordings import write_record
from tests.models.training.series import write_series

QUICK = Effort(*(Plan(epochs=epochs, batch=32, rate=5e-3, decay=1e-3) for epochs in (12, 4)))
SPLIT = Split("made up", "", (("1", "2"), ("3", "4")), ("5", "6"))


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synth, "load_split", lambda _: SPLIT)
    monkeypatch.setattr(synth_judge, "SEEDS", (1, 2))
    monkeypatch.setattr(synth_classifier, "STEPS", 200)


def test_a_generator_ends_in_a_registry_that_no_worker_loads(tmp_path: Path) -> None:
    folder, out = write_series(tmp_path / "cgm", list("123456"), levels=(95, 115)), tmp_path / "out"

    (entry,) = train_synth([folder], out, lambda *_: None, QUICK)

    assert (entry.name, entry.use) == ("synth_glucose", "training")
    assert entry.counts["made up test"]["people"] == 2
    assert Networks.load(out).versions == {}
    assert (out / entry.file).stat().st_size < 1_000_000
    assert (out / "synth_glucose.png").read_bytes().startswith(b"\x89PNG")
    assert "## Verdict" in (out / entry.card).read_text()


def test_fibrillation_is_learned_from_the_condition(tmp_path: Path) -> None:
    for name in "12":
        write_record(tmp_path, name, [("N", 130), ("AFIB", 100)] * 4, fs=128)
    people = KIND.people(tmp_path, None)

    generator, curve = fit_generator(KIND, people, people, QUICK.rhythm, 0)

    condition = np.tile(np.concatenate([np.arange(BEATS) >= 30, [800.0]]), (64, 1))
    made = sampler(KIND, generator)(draw_rows(condition, BEATS, np.random.default_rng(0)))
    change = np.abs(np.diff(np.log(made), axis=1))
    assert curve.train[-1] < curve.train[0]
    assert np.median(change[:, 31:]) > 1.5 * np.median(change[:, :29])


def test_a_gain_must_hold_for_every_seed_and_over_people() -> None:
    assert rises([0.02, 0.03], (0.01, 0.05))
    assert not rises([0.02, 0.03], (-0.01, 0.05))
    assert not rises([0.02, -0.03], (0.01, 0.05))


def test_people_of_the_split_who_are_missing_are_told_of(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="lacks people"):
        train_synth([write_series(tmp_path, ["1", "2"], levels=(95, 115))], tmp_path, lambda *_: None, QUICK)
