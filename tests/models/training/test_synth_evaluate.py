from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from models.deep.manifest import read_manifest
from models.deep.networks import COMMITTED, Networks
from models.deep.rhythm import BEATS
from models.deep.synth import READINGS, draw_rows
from models.training.synth import classifier as synth_classifier
from models.training.synth import judge as synth_judge
from streams.cli import build_app
from streams.errors import UserError
from tests.models.training.recordings import write_record
from tests.models.training.series import write_series

KEYS = {"people", "windows", "windows_rare", "auroc_real", "auroc_synthetic", "auroc_both", "auroc_gain"} | {
    "auprc_gain",
    "se_at_5_gain",
    "told_apart",
    "near",
    "ece",
}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synth_judge, "SEEDS", (1, 2))
    monkeypatch.setattr(synth_classifier, "STEPS", 300)


@pytest.mark.usefixtures("quick")
def test_made_up_changes_of_rhythm_teach_a_classifier_about_other_people(tmp_path: Path) -> None:
    for name in "abcd":
        write_record(tmp_path, name, [("N", 200), ("AFIB", 100)] * 5, fs=128)

    result = CliRunner().invoke(build_app(), ["evaluate", "synth", "--data", str(tmp_path), "--json"])

    report = json.loads(result.stdout)
    assert report.keys() >= KEYS
    assert (report["model"], report["people"]) == ("synth_rhythm", 4)
    assert report["auroc_synthetic"] > 0.7


@pytest.mark.usefixtures("quick")
def test_made_up_falls_teach_a_classifier_about_other_people(tmp_path: Path) -> None:
    folder = write_series(tmp_path, list("123456"), hours=96, levels=(95, 115))

    result = CliRunner().invoke(build_app(), ["evaluate", "synth", "--data", str(folder), "--json"])

    report = json.loads(result.stdout)
    assert report.keys() >= KEYS
    assert (report["model"], report["people"]) == ("synth_glucose", 6)
    assert report["auroc_synthetic"] > 0.7


def test_made_up_fibrillation_is_rougher_than_what_stands_before_it() -> None:
    condition = np.concatenate([np.arange(BEATS) >= 30, [800.0]])
    rows = draw_rows(np.tile(condition, (200, 1)), BEATS, np.random.default_rng(0))

    made = Networks.only("synth_rhythm").run("synth_rhythm", rows)

    change = np.abs(np.diff(np.log(made), axis=1))
    assert np.median(change[:, 31:]) > 2 * np.median(change[:, :29])
    assert np.median(made) == pytest.approx(800, rel=0.15)


def test_made_up_glucose_falls_to_what_was_asked_for() -> None:
    rows = draw_rows(np.tile([110.0, 60.0, 720.0], (200, 1)), READINGS, np.random.default_rng(0))

    made = Networks.only("synth_glucose").run("synth_glucose", rows)

    assert np.median(made[:, 23]) == pytest.approx(110, abs=12)
    assert np.median(made[:, 24:].min(axis=1)) == pytest.approx(60, abs=8)


def test_no_worker_loads_a_generator() -> None:
    generators = [entry for entry in read_manifest(COMMITTED).models if entry.name.startswith("synth_")]

    assert {entry.use for entry in generators} == {"training"}
    assert not {entry.name for entry in generators} & Networks.load().versions.keys()


@pytest.mark.parametrize("name", ["synth_rhythm", "synth_glucose"])
def test_what_the_card_says_of_training_follows_from_the_figures(name: str) -> None:
    entry = Networks.only(name).entry(name)
    main = "auprc_gain" if name == "synth_rhythm" else "auroc_gain"
    validation, test = entry.metrics.values()

    if entry.status == "active":
        assert validation[main].low > 0
        assert test[main].value > 0
    card = (COMMITTED / entry.card).read_text()
    assert ("Not kept in training" in card) == (entry.status == "retired")


def test_a_folder_of_another_layout_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(build_app(), ["evaluate", "synth", "--data", str(tmp_path)])

    assert isinstance(result.exception, UserError)
    assert "neither .npz records nor shanghai_cgm.csv" in str(result.exception)


def test_one_person_alone_is_too_few(tmp_path: Path) -> None:
    write_record(tmp_path, "a", [("N", 200), ("AFIB", 100)])

    result = CliRunner().invoke(build_app(), ["evaluate", "synth", "--data", str(tmp_path)])

    assert "needs two people" in str(result.exception)


def test_test_people_of_another_folder_are_not_invented(tmp_path: Path) -> None:
    folder = write_series(tmp_path, ["x", "y"], levels=(95, 115))

    result = CliRunner().invoke(build_app(), ["evaluate", "synth", "--data", str(folder), "--split", "test"])

    assert "lacks development or test people of shanghai_cgm" in str(result.exception)
