"""The committed network: early on planted episodes, quiet in ordinary hours, and it can be explained."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from models.datasets.rr import RecordError
from models.deep.networks import Networks
from models.deep.unusual import CHANNELS
from models.training.unusual.data import Days, simulated
from models.training.unusual.evaluate import Cohort, evaluate_simulated, evaluate_unusual
from models.training.unusual.explain import named_first, planted_hours
from models.training.unusual.table import share_gap
from streams.cli import build_app
from tests.models.training.recordings import write_record

SMALL = Cohort(9107, 10, 14)


@pytest.fixture(scope="module")
def networks() -> Networks:
    return Networks.only("unusual")


@pytest.fixture(scope="module")
def quiet() -> list[Days]:
    return simulated(9108, 8, 20)


def test_planted_episodes_are_found_more_often_than_by_river(networks: Networks) -> None:
    figures = evaluate_simulated(networks, SMALL).figures

    assert figures["auroc"] > 0.85
    assert figures["auroc"] > figures["auroc_river"]
    assert figures["found"] >= 0.6
    assert figures["found"] > figures["found_river"]


def test_the_percentile_means_what_it_says_in_ordinary_hours(networks: Networks, quiet: list[Days]) -> None:
    said = np.concatenate([networks.run("unusual", days.rows) for days in quiet]).astype(float)
    assert share_gap(said) < 0.1


def test_missing_signals_do_not_make_an_hour_rarer(networks: Networks, quiet: list[Days]) -> None:
    rows = np.concatenate([days.rows for days in quiet])
    whole = networks.run("unusual", rows)
    for gone in (["spo2"], ["temp", "rr"], ["hrv", "spo2"]):
        fewer = rows.copy()
        fewer[:, :, [CHANNELS.index(name) for name in gone]] = np.nan
        said = networks.run("unusual", fewer).astype(float)
        assert share_gap(said) < 0.15
        assert said.mean() < whole.mean() + 0.15


def test_the_planted_signal_is_named_first(networks: Networks, quiet: list[Days]) -> None:
    rows, planted = planted_hours(np.concatenate([days.rows for days in quiet]), seed=8)
    assert named_first(networks, rows, planted).mean() >= 0.9


def test_evaluate_prints_counts_and_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    defaults = (False, lambda *_: None, Cohort(7, 2, 6), Cohort(8, 2, 6))
    monkeypatch.setattr(evaluate_unusual, "__defaults__", defaults)
    write_record(tmp_path, "x", [("N", 24_000), ("AFIB", 2000), ("N", 4000)], fs=250)

    result = CliRunner().invoke(build_app(), ["evaluate", "unusual", "--data", str(tmp_path), "--json"])

    report = json.loads(result.stdout)
    assert (report["people"], report["episodes"]) == (1, 1)
    assert report["windows"] > 50
    assert report.keys() >= {"auroc", "found", "found_river", "minutes", "earlier", "ece"}
    assert report["planted"]["episodes_by_condition"].keys() == {"anomaly"}
    assert report["simulated"]["people"] == 2
    # A Holter recorder tells of two vitals, and the stream asks hours of three.
    assert report["asked_in_stream"] == report["planted"]["asked_in_stream"] == 0.0
    assert report["simulated"]["asked_in_stream"] > 0.5


def test_a_folder_without_an_hour_of_beats_is_named(networks: Networks, tmp_path: Path) -> None:
    write_record(tmp_path, "short", [("N", 200)])
    with pytest.raises(RecordError, match="no recording has an hour"):
        evaluate_unusual(networks, tmp_path)
