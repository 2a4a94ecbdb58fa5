from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from models.datasets.cgm import Series, load_series, series_names
from models.datasets.tables import DatasetError
from models.deep.networks import COMMITTED, Networks
from models.training.glucose.data import by_patient, windows_of
from models.training.glucose.evaluate import evaluate_glucose
from models.training.glucose.zones import clarke_zones
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


MINUTE = 60_000
START = 1_609_459_200_000


def series(minutes: list[int], values: list[float]) -> Series:
    """Readings at these minutes, of which nobody says whether something was eaten."""
    times = START + np.array(minutes, np.int64) * MINUTE
    return Series("ann", "T2DM", times, np.array(values), np.full(len(values), np.nan))


def test_nothing_that_comes_after_the_first_reading_of_a_step_is_in_its_row() -> None:
    minutes = [5 * i for i in range(80)]

    windows = windows_of(series(minutes, [100.0 + m / 10 for m in minutes]))

    # Readings at -5, 0 and +5 minutes make a step: the one at -5 is the newest when it is asked.
    since = (windows.times - START) // MINUTE
    assert (since % 15 == 10).all()
    assert windows.now.tolist() == pytest.approx([100.0 + m / 10 for m in since])
    assert np.allclose(windows.rows[:, -2, 0], [100.0 + (m - 10) / 10 for m in since])
    assert np.allclose(windows.later[:-1], windows.now[:-1, None] + [1.5, 3.0, 4.5, 6.0])
    # The last reading is five minutes short of an hour.
    assert windows.later[-1, 3] == 139.5


def test_what_came_after_is_the_nearest_reading_within_half_a_step() -> None:
    minutes = [15 * i for i in range(12)] + [165 + m for m in (14, 29, 34, 52, 61)]

    windows = windows_of(series(minutes, [100.0] * 12 + [114.0, 129.0, 134.0, 152.0, 161.0]))

    assert windows.times[0] == START + 165 * MINUTE
    assert windows.later[0].tolist() == [114.0, 129.0, 152.0, 161.0]


def test_a_wearing_with_little_history_is_left_out_and_counted() -> None:
    windows = windows_of(series([15 * i for i in range(30)], [100.0 + i for i in range(30)]))

    assert (len(windows.rows), windows.untold, windows.skipped) == (30 - 11 - 4, 4, 11)
    assert np.isnan(windows.rows[:, :, 1]).all()


def test_a_wearing_without_readings_or_with_one_has_no_windows() -> None:
    assert windows_of(series([], [])).skipped == 0
    assert windows_of(series([0], [100.0])).skipped == 1
    assert windows_of(series([0, 15], [math.nan, math.nan])).skipped == 0


def test_windows_that_the_stream_does_not_ask_are_told(tmp_path: Path) -> None:
    folder = write_series(tmp_path, ["1", "2"], hours=12)

    report = evaluate_glucose(Networks.only("glucose"), folder).as_json()

    asked = report["windows"] + report["windows_untold"]
    assert report["windows_skipped_count"] == 2 * 11
    assert report["windows_skipped"] == pytest.approx(22 / (22 + asked), abs=1e-6)


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

    with pytest.raises(DatasetError, match="nobody has readings over three hours"):
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
