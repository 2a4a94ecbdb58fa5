from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from models.datasets.rr import load_record, load_records
from models.deep.networks import Networks
from models.observe import fall_silent, take
from models.policy.rules import load_policy
from models.signals.columns import columns_of
from models.training.rhythm.evaluate import evaluate_rhythm, judge_person, stream_windows
from models.training.rhythm.windows import cut_windows
from models.wearer import Device, Seen
from streams.cli import build_app
from streams.errors import UserError
from streams.gateways.replay.device import Device as ReplayDevice
from streams.gateways.replay.intervals import minutes
from tests.models.training.recordings import write_record

LTAFDB = Path(__file__).resolve().parents[4] / "shared" / "data" / "ltafdb_rr"
KEYS = {"people", "windows", "se", "sp", "ppv", "f1", "auroc", "ece", "windows_skipped"} | {
    "windows_skipped_count",
    "alert_delay_median_s",
    "onset_error_median_s",
    "false_alerts_per_24h",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three half hours from three recorders, rhythm names differing by file."""
    write_record(tmp_path, "x1", [("NONE", 20), ("N", 1200), ("AFIB", 1000)], fs=360)
    write_record(tmp_path, "x2", [("N", 900), ("T", 1300)], fs=250)
    write_record(tmp_path, "x3", [("AFIB", 2200)], rate_ms=650, fs=128)
    return tmp_path


def test_the_committed_network_judges_recordings_of_other_rates_and_names(folder: Path) -> None:
    report = evaluate_rhythm(Networks.load(), load_records(folder)).as_json()

    assert report.keys() >= KEYS
    assert (report["people"], report["windows"]) == (3, 36 + 36 + 36)
    assert report["windows_skipped"] <= 0.03
    assert report["se"] > 0.95
    assert report["sp"] > 0.95
    assert report["auroc"] > 0.99


def test_the_stream_forms_the_same_windows_as_plain_cutting(folder: Path) -> None:
    for record in load_records(folder):
        windows, af = stream_windows(record)
        plain = cut_windows(record)

        assert np.allclose([window.intervals for window in windows], plain.rows, atol=0.09)
        assert af.tolist() == plain.af.tolist()


def test_a_replayed_recording_scores_in_the_stream_as_in_the_evaluation(folder: Path) -> None:
    networks, record = Networks.load(), load_record(folder / "x2.npz")
    seen, device, beats = Seen(), Device(), []
    seen.devices["d"] = device
    replayed = ReplayDevice("wearer", "d", "strap")

    for timed in minutes(replayed, record.intervals, 60_000_000_000 + record.first_ms, 60_000_000_000):
        columns, _, last = columns_of(timed.packet)
        beats += take(seen, device, columns, last, 0, True).beats
    beats += fall_silent(seen).beats

    in_stream = networks.run("rhythm", np.stack([window.intervals for window in beats]))
    judged = judge_person(networks, record, load_policy().rules["rhythm"])
    assert np.array_equal(in_stream, judged.scores.astype(np.float32))


def test_intervals_no_heart_shows_are_left_out_and_counted(tmp_path: Path) -> None:
    path = write_record(tmp_path, "a", [("N", 1200)])
    columns = dict(np.load(path))
    columns["rr_samples"][100:400] = 20
    np.savez(path, **columns)

    report = evaluate_rhythm(Networks.load(), [load_record(path)])

    told = report.as_json()
    assert 0.2 < told["windows_skipped"] < 0.4
    assert told["windows_skipped_count"] == 20 - told["windows"]


def test_a_recording_with_nothing_to_judge_by_is_nobody_in_the_counts(folder: Path) -> None:
    everyone = evaluate_rhythm(Networks.only("rhythm"), load_records(folder)).as_json()
    write_record(folder, "x4", [("NONE", 600)])
    write_record(folder, "x5", [("N", 40)])

    report = evaluate_rhythm(Networks.only("rhythm"), load_records(folder)).as_json()

    assert report == everyone


def test_evaluate_prints_one_json_object(folder: Path) -> None:
    result = CliRunner().invoke(build_app(), ["evaluate", "rhythm", "--data", str(folder), "--json"])

    assert result.exit_code == 0
    assert json.loads(result.stdout).keys() >= KEYS


def test_one_class_alone_leaves_figures_open_and_does_not_fail(tmp_path: Path) -> None:
    write_record(tmp_path, "a", [("N", 600)])

    result = CliRunner().invoke(build_app(), ["evaluate", "rhythm", "--data", str(tmp_path), "--json"])

    report = json.loads(result.stdout)
    assert (report["se"], report["auroc"]) == (None, None)
    assert report["sp"] == 1.0


def test_a_folder_without_labels_is_told_in_one_line(tmp_path: Path) -> None:
    write_record(tmp_path, "a", [("NONE", 600)])

    result = CliRunner().invoke(build_app(), ["evaluate", "rhythm", "--data", str(tmp_path)])

    assert isinstance(result.exception, UserError)
    assert "no beat has a rhythm label" in str(result.exception)


def test_the_committed_registry_lists_and_verifies() -> None:
    for command in (["models", "list"], ["models", "verify"]):
        result = CliRunner().invoke(build_app(), command)
        assert result.exit_code == 0
        assert "rhythm" in result.stdout


def test_training_without_its_libraries_says_what_to_install(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        build_app(), ["train", "rhythm", "--data", str(tmp_path), "--out", str(tmp_path)]
    )

    assert isinstance(result.exception, UserError)
    assert "make train" in str(result.exception) or "none of" in str(result.exception)


@pytest.mark.skipif(not LTAFDB.is_dir(), reason="../shared/data/ltafdb_rr is not here")
def test_real_people_who_were_never_trained_on() -> None:
    result = CliRunner().invoke(
        build_app(), ["evaluate", "rhythm", "--data", str(LTAFDB), "--split", "test", "--json"]
    )

    report = json.loads(result.stdout)
    assert report["people"] == 12
    assert report["se"] >= 0.96
    assert report["sp"] >= 0.97
    assert report["auroc"] >= 0.992
    assert report["ece"] <= 0.05
    assert report["windows_skipped"] <= 0.03


def test_alerts_rest_on_usable_windows_only_and_figures_on_all(tmp_path: Path) -> None:
    path = write_record(tmp_path, "a", [("N", 1200)], fs=360)
    columns, rng = dict(np.load(path)), np.random.default_rng(0)
    # Detections of pure noise: intervals of any length.
    columns["rr_samples"][300:900] = rng.uniform(0.3, 1.7, 600) * 0.8 * 360
    np.savez(path, **columns)

    plain = evaluate_rhythm(Networks.load(), [load_record(path)])
    gated = evaluate_rhythm(Networks.load(), [load_record(path)], quality=Networks.only("quality"))

    assert gated.counts["windows"] == plain.counts["windows"]
    assert (plain.counts["windows_unusable"], gated.counts["windows_unusable"] > 3) == (0, True)
    assert gated.counts["alerts"] <= plain.counts["alerts"]
