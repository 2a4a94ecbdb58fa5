from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from models.datasets.cgm import load_series, series_names
from models.datasets.tables import DatasetError
from models.deep.networks import COMMITTED, Networks
from models.training.glucose_data import by_patient, on_grid
from models.training.glucose_evaluate import evaluate_glucose
from models.training.glucose_zones import clarke_zones
from models.training.splits import load_split
from streams.cli import build_app
from tests.models.training.series import write_series
from tests.models.training.shared import SHARED

KEYS = {"people", "windows", "rmse_30", "rmse_60", "mae_30", "ece", "pinball_30", "clarke_a_30", "low_se"}


def test_the_committed_network_beats_standing_still_on_made_up_people(tmp_path: Path) -> None:
    folder = write_series(tmp_path, ["1", "2", "3"])

    report = evaluate_glucose(Networks.only("glucose"), folder).as_json()

    windows = by_patient(load_series(folder))
    still = np.concatenate([w.truth[:, 0] - w.now for w in windows.values()])
    assert report.keys() >= KEYS
    assert report["people"] == 3
    assert report["rmse_30"] < 0.7 * np.sqrt(np.mean(still**2))


def test_five_minute_readings_come_to_the_grid(tmp_path: Path) -> None:
    slow = by_patient(load_series(write_series(tmp_path / "15", ["1"])))
    fast = by_patient(load_series(write_series(tmp_path / "5", ["1"], step=5)))

    assert abs(len(slow["1"].rows) - len(fast["1"].rows)) < 25
    assert abs(float(slow["1"].now.mean()) - float(fast["1"].now.mean())) < 3


def test_readings_of_one_step_are_averaged_and_gaps_stay_gaps() -> None:
    times = np.array([0, 1, 45]) * 60_000

    found = on_grid(times, np.array([100.0, 110.0, 90.0]), 0, 4)

    assert found[[0, 3]].tolist() == [105.0, 90.0]
    assert np.isnan(found[1:3]).all()


def test_clarke_zones_of_textbook_points() -> None:
    truth = np.array([100.0, 100.0, 60.0, 250.0, 60.0, 100.0])
    said = np.array([110.0, 130.0, 100.0, 100.0, 200.0, 215.0])

    assert clarke_zones(truth, said).tolist() == ["A", "B", "D", "D", "E", "C"]


def test_the_network_judges_in_the_stream_and_is_small() -> None:
    assert "glucose" in Networks.load().versions
    assert (COMMITTED / Networks.only("glucose").entry("glucose").file).stat().st_size < 1_000_000


def test_the_command_prints_json(tmp_path: Path) -> None:
    folder = write_series(tmp_path, ["1"], hours=40)

    result = CliRunner().invoke(build_app(), ["evaluate", "glucose", "--data", str(folder), "--json"])

    assert json.loads(result.stdout).keys() >= KEYS


def test_nobody_to_judge_by_is_said(tmp_path: Path) -> None:
    folder = write_series(tmp_path, ["1"], hours=1)

    with pytest.raises(DatasetError, match="nobody has readings"):
        evaluate_glucose(Networks.only("glucose"), folder)


def test_figures_of_people_never_trained_on_reach_what_was_asked() -> None:
    found = Networks.only("glucose").entry("glucose").metrics["shanghai test"]

    assert found["rmse_30"].value <= 13.6
    assert found["rmse_60"].value <= 24.5
    assert found["ece"].value <= 0.05


def test_the_split_holds_everyone_once() -> None:
    split = load_split("shanghai_cgm")

    assert len({*split.development, *split.test}) == 84


@pytest.mark.skipif(not (SHARED / "shanghai_cgm").is_dir(), reason="../shared/data is not here")
def test_the_split_is_of_the_real_people() -> None:
    split = load_split("shanghai_cgm")
    there = {name.partition("_")[0] for name in series_names(SHARED / "shanghai_cgm")}

    assert {*split.development, *split.test} == there
