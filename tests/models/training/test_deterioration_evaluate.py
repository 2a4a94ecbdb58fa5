from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models.datasets.icu import record_ids
from models.datasets.tables import DatasetError
from models.deep.deterioration import Inputs
from models.deep.networks import COMMITTED, Networks
from models.training.deterioration.evaluate import evaluate_deterioration
from models.training.splits import load_split
from streams.cli import build_app
from tests.models.training.shared import SHARED
from tests.models.training.stays import write_stays

KEYS = {"people", "auroc_24h", "auroc_48h", "auprc_48h", "min_se_ppv_48h", "ece", "auroc_12h", "groups"}
BOTH = pytest.mark.parametrize("inputs", ["wearable", "clinical"])


@BOTH
def test_the_committed_network_ranks_made_up_stays(tmp_path: Path, inputs: Inputs) -> None:
    networks = Networks.only(f"deterioration_{inputs}")

    report = evaluate_deterioration(networks, inputs, write_stays(tmp_path, list(range(1, 31)))).as_json()

    assert report.keys() >= KEYS
    assert (report["people"], report["windows"], report["died"]) == (30, 30, 10)
    assert report["auroc_48h"] > 0.95


@BOTH
def test_the_network_is_small_and_workers_run_it(inputs: Inputs) -> None:
    name = f"deterioration_{inputs}"

    assert Networks.load().versions[name] == Networks.only(name).entry(name).version
    assert (COMMITTED / Networks.only(name).entry(name).file).stat().st_size < 1_000_000


def test_the_command_prints_json_for_either_version(tmp_path: Path) -> None:
    folder = str(write_stays(tmp_path, list(range(1, 13))))

    for inputs in ("wearable", "clinical"):
        arguments = ["evaluate", "deterioration", "--inputs", inputs, "--data", folder, "--json"]
        report = json.loads(CliRunner().invoke(build_app(), arguments).stdout)
        assert report["model"] == f"deterioration_{inputs}"


def test_no_test_person_in_the_folder_is_said(tmp_path: Path) -> None:
    networks = Networks.only("deterioration_wearable")

    with pytest.raises(DatasetError, match="none of the test people"):
        evaluate_deterioration(networks, "wearable", write_stays(tmp_path, [1, 2, 3]), test_only=True)


def test_the_split_holds_everyone_once() -> None:
    split = load_split("physionet2012")

    assert len({*split.development, *split.test}) == 8000
    assert len(split.test) == 1200


@BOTH
def test_probabilities_mean_what_they_say(inputs: Inputs) -> None:
    name = f"deterioration_{inputs}"

    assert Networks.only(name).entry(name).metrics["cinc2012 test"]["ece"].value <= 0.05


@pytest.mark.skipif(not (SHARED / "physionet2012_icu_vitals").is_dir(), reason="../shared/data is not here")
def test_the_split_is_of_the_real_stays() -> None:
    split = load_split("physionet2012")

    assert {*split.development, *split.test} >= set(record_ids(SHARED / "physionet2012_icu_vitals"))
