from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.random import Generator
from typer.testing import CliRunner

from models.datasets.rr import load_record, load_records
from models.deep.networks import COMMITTED, Networks
from models.training.augment import Beats, atrial_run, breathe, flutter, plant_ectopy
from models.training.quality.bursts import spoil
from models.training.quality.evaluate import as_it_is, evaluate_quality, form, odd_share
from streams.cli import build_app
from tests.models.deep.hearts import Rows, bigeminy, fibrillation, sinus, trigeminy
from tests.models.training.recordings import write_record
from tests.models.training.shared import SHARED

KEYS = {
    "people", "windows", "f1", "se", "sp", "auroc", "ece", "se_unseen", "clean_called_unusable",
    "false_alerts_per_24h_before", "false_alerts_per_24h_rule", "false_alerts_per_24h_after",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Some hours from three recorders."""
    write_record(tmp_path, "x1", [("N", 9000), ("AFIB", 4000)], fs=360)
    write_record(tmp_path, "x2", [("N", 6000), ("T", 4000)], fs=250)
    write_record(tmp_path, "x3", [("AFIB", 8000)], rate_ms=650, fs=128)
    return tmp_path


def test_the_committed_network_judges_planted_artefacts(folder: Path) -> None:
    networks = Networks.only("quality"), Networks.only("rhythm")
    write_record(folder, "x4", [("N", 40)])  # nothing to judge by, so nobody in the counts

    report = evaluate_quality(*networks, load_records(folder)).as_json()

    assert report.keys() >= KEYS
    assert report["people"] == 3
    assert report["auroc"] > 0.9
    assert report["sp"] > 0.95
    assert report["f1"] > report["f1_rule"]
    assert report["clean_called_unusable"] <= 0.03


@pytest.mark.parametrize("rhythm", [sinus, fibrillation, bigeminy, trigeminy])
def test_a_real_rhythm_is_usable_however_irregular(rhythm: Callable[[int], Rows]) -> None:
    networks = Networks.only("quality")

    p = networks.run("quality", rhythm(200))

    assert (p < networks.entry("quality").thresholds["usable"]).mean() <= 0.03


@pytest.mark.parametrize("change", [plant_ectopy, atrial_run, flutter, breathe])
def test_what_real_hearts_do_is_usable(change: Callable[[Beats, Generator], Beats]) -> None:
    networks, rng = Networks.only("quality"), np.random.default_rng(7)
    steady = [Beats(row.astype(np.float64), np.zeros(60, np.bool_)) for row in sinus(300)]

    p = networks.run("quality", np.stack([change(beats, rng).intervals for beats in steady]))

    assert (p < networks.entry("quality").thresholds["usable"]).mean() <= 0.03


def test_detections_that_have_nothing_to_do_with_the_heart_are_not_usable() -> None:
    networks = Networks.only("quality")
    noise = 300 + np.random.default_rng(4).exponential(350, (200, 60))

    p = networks.run("quality", noise)

    assert (p < networks.entry("quality").thresholds["usable"]).mean() > 0.7


def test_a_row_is_answered_alike_whatever_its_place() -> None:
    networks, rows = Networks.only("quality"), fibrillation(45)

    assert np.array_equal(networks.run("quality", rows)[::-1], networks.run("quality", rows[::-1]))


def test_windows_of_a_clean_recording_are_all_usable_and_spoilt_ones_are_not(folder: Path) -> None:
    record = load_record(folder / "x1.npz")

    clean, spoilt = form(as_it_is(record)), form(spoil(record))

    assert clean.usable.all()
    assert 0.02 < (~spoilt.usable).mean() < 0.5
    assert (spoilt.kind[~spoilt.usable] != "").all()


def test_the_rule_counts_intervals_far_from_the_usual_one() -> None:
    rows = np.full((2, 60), 800, np.float32)
    rows[1, :15] = 1600

    assert odd_share(rows).tolist() == [0.0, 0.25]


def test_people_without_rhythm_labels_are_judged_without_alerts(tmp_path: Path) -> None:
    write_record(tmp_path, "a", [("NONE", 6000)])

    result = CliRunner().invoke(build_app(), ["evaluate", "quality", "--data", str(tmp_path), "--json"])

    report = json.loads(result.stdout)
    assert report["windows"] > 90
    assert report["false_alerts_per_24h_before"] is None
    assert report["before_false_alerts"] == 0
    assert report["called_af_by_wrong_intervals"]["0"]["called_af"] is None


def test_evaluate_prints_one_json_object(folder: Path) -> None:
    result = CliRunner().invoke(build_app(), ["evaluate", "quality", "--data", str(folder), "--json"])

    assert result.exit_code == 0
    assert json.loads(result.stdout).keys() >= KEYS


def test_the_committed_file_is_small() -> None:
    assert (COMMITTED / "quality.onnx").stat().st_size < 1_000_000


@pytest.mark.skipif(not (SHARED / "ltafdb_rr").is_dir(), reason="../shared/data/ltafdb_rr is not here")
def test_real_people_who_were_never_trained_on() -> None:
    folder = str(SHARED / "ltafdb_rr")
    result = CliRunner().invoke(
        build_app(), ["evaluate", "quality", "--data", folder, "--split", "test", "--json"]
    )

    report = json.loads(result.stdout)
    assert report["people"] == 12
    assert report["auroc"] >= 0.9
    assert report["ece"] <= 0.05
    assert report["clean_called_unusable"] <= 0.01
    assert report["clean_called_unusable_worst_person"] <= 0.03
    assert report["false_alerts_per_24h_after"] < report["false_alerts_per_24h_before"]
