from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models.datasets.tables import DatasetError
from models.deep.networks import COMMITTED, Networks
from models.training.diabetes.data import load_table
from models.training.diabetes.evaluate import evaluate_diabetes
from models.training.splits import load_split
from streams.cli import build_app
from tests.models.training.shared import SHARED
from tests.models.training.tables import write_nhanes, write_pima

KEYS = {"people", "windows", "auroc", "brier", "ece", "groups", "intervals_95"}


def test_the_committed_network_ranks_made_up_people(tmp_path: Path) -> None:
    pima = evaluate_diabetes(Networks.only("diabetes"), write_pima(tmp_path / "p")).as_json()
    nhanes = evaluate_diabetes(
        Networks.only("diabetes"),
        write_nhanes(tmp_path / "n", ["1", "2"] * 30 + [str(i) for i in range(100)]),
    ).as_json()

    assert pima.keys() >= KEYS
    assert pima["people"] == 60
    assert pima["people_trained_on"] == 0
    assert pima["auroc"] > 0.8
    assert nhanes["people"] == 100
    assert nhanes["auroc"] > 0.7
    assert nhanes["groups"]["ethnicity"]["groups"]["Black"]["people"] > 0
    assert list(pima["groups"]) == ["age"]


def test_the_network_judges_in_the_stream_and_is_small() -> None:
    assert "diabetes" in Networks.load().versions
    assert (COMMITTED / Networks.only("diabetes").entry("diabetes").file).stat().st_size < 1_000_000


def test_the_command_prints_json(tmp_path: Path) -> None:
    folder = write_pima(tmp_path)

    result = CliRunner().invoke(build_app(), ["evaluate", "diabetes", "--data", str(folder), "--json"])

    assert json.loads(result.stdout).keys() >= KEYS


def test_a_folder_without_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"no NHANES\.csv or pima"):
        load_table(tmp_path)


@pytest.mark.parametrize("dataset", ["pima_diabetes", "nhanes_2009_12"])
def test_every_person_stands_in_one_fold(dataset: str) -> None:
    split = load_split(dataset)

    assert len(split.folds) == 10
    assert len(split.development) == len(set(split.development))


@pytest.mark.parametrize(("dataset", "least"), [("pima_diabetes", 0.845), ("nhanes_2009_12", 0.80)])
def test_cross_validated_figures_of_real_people_reach_what_was_asked(dataset: str, least: float) -> None:
    found = Networks.only("diabetes").entry("diabetes").metrics[f"{dataset} cross-validated"]

    assert found["auroc"].value >= least
    assert found["ece"].value <= 0.05


@pytest.mark.skipif(not (SHARED / "pima_diabetes").is_dir(), reason="../shared/data is not here")
def test_real_people_are_found_in_the_committed_folds() -> None:
    for dataset in ("pima_diabetes", "nhanes_2009_12"):
        assert set(load_split(dataset).development) == set(load_table(SHARED / dataset).keys)
