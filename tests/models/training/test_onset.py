"""Illness found on watches by the product's own step: what is counted, and folders as they come."""

from __future__ import annotations

import json
from datetime import timedelta

import numpy as np
import pytest
from typer.testing import CliRunner

from models.datasets.fitbit import load_minutes
from models.datasets.tables import DatasetError
from models.training.onset.follow import HOUR, packets
from models.training.onset.judge import Person, evaluate_onset
from streams.cli import build_app
from tests.models.training.watches import BEGIN, write_watch, write_watches


def silent(*_):
    """Hear of no progress."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three watches of four weeks, two of whose wearers fall ill."""
    data = tmp_path_factory.mktemp("watches")
    write_watches(data)
    return data


@pytest.fixture(scope="module")
def report(folder):
    return evaluate_onset(folder, silent)


def test_those_who_fall_ill_are_found_and_nobody_else_is_counted(report):
    assert (report["people"], report["labelled"]) == (3, 2)
    assert report["found"] == 2
    assert report["alert_days_inside"] >= 2


def test_well_people_alarm_seldom(report):
    assert report["alert_days_outside"] <= 3
    assert 20 <= report["days_outside"] <= 3 * 27


def test_a_lead_is_told_for_each_found_person(report):
    leads = [row["lead_days"] for row in report["rows"] if row["lead_days"] is not None]

    assert report["lead_days"] == leads
    assert report["before"] == sum(lead > 0 for lead in leads)


def test_every_watch_has_a_row(report):
    assert [row["person"] for row in report["rows"]] == ["W100", "W101", "W102"]
    assert all(row["nights_judged"] < row["days_worn"] for row in report["rows"])


def test_the_same_folder_gives_the_same_report(folder, report):
    assert evaluate_onset(folder, silent) == report


def test_without_a_table_of_labels_all_days_are_outside(tmp_path):
    write_watches(tmp_path, people=1, days=8, sick=0)
    (tmp_path / "labels_aligned.csv").unlink()

    found = evaluate_onset(tmp_path, silent)
    assert (found["labelled"], found["found"], found["lead_days"]) == (0, 0, [])
    assert found["days_outside"] == found["rows"][0]["days_worn"]


def test_odd_names_gaps_and_empty_watches_are_taken(tmp_path):
    rng = np.random.default_rng(1)
    write_watch(tmp_path / "A person-7 (x).csv.gz", rng, [60.0, np.nan, np.nan, 60.0])
    write_watch(tmp_path / "EMPTY.csv.gz", rng, [])
    (tmp_path / "labels_aligned.csv").write_text("id,symptom_date\nA person-7 (x),not known\n")

    found = evaluate_onset(tmp_path, silent)
    assert [row["days_worn"] for row in found["rows"]] == [2, 0]
    assert found["alert_days_outside"] == 0


def test_a_folder_without_watches_is_told(tmp_path):
    with pytest.raises(DatasetError):
        evaluate_onset(tmp_path, silent)


def test_a_packet_holds_an_hour_at_most_and_no_minute_is_lost(folder):
    [watch] = load_minutes(folder, {"W100"})

    made = list(packets(watch))
    columns = [packet.signals["hr"] for packet, _ in made]
    assert sum(minutes for _, minutes in made) == len(watch.times_ms)
    assert sum(len(c.values) for c in columns) == int((~np.isnan(watch.hr)).sum())
    assert all(len(c.values) <= 60 and c.start // HOUR == number for number, c in hours(columns))


def hours(columns):
    return [(column.start // HOUR, column) for column in columns]


def person(alerts, symptoms=100, worn=range(60, 140)):
    return Person("P", symptoms, frozenset(worn), frozenset(worn), frozenset(alerts))


def test_the_window_reaches_from_seven_days_before_to_21_after():
    one = person([92, 93, 121, 122])

    assert (one.inside, one.outside, one.lead) == ([93, 121], [92, 122], 7)


def test_whose_symptoms_are_unknown_has_no_window():
    one = person([92, 100], symptoms=None)

    assert (one.inside, one.outside, one.lead) == ([], [92, 100], None)


def test_the_command_gives_the_figures_as_json(folder):
    result = CliRunner().invoke(build_app(), ["evaluate", "onset", "--data", str(folder), "--json"])

    told = json.loads(result.stdout)
    expected = {"people", "found", "lead_days", "alert_days_inside", "alert_days_outside", "days_outside"}
    assert expected <= told.keys()


def test_the_command_gives_a_line_for_each_watch(folder):
    result = CliRunner().invoke(build_app(), ["evaluate", "onset", "--data", str(folder)])

    assert result.exit_code == 0
    assert f"symptoms {BEGIN + timedelta(days=18)}" in result.stdout
    assert result.stdout.count("days worn") == 3


def test_there_is_no_split_to_judge_it_on(folder):
    answer = CliRunner().invoke(build_app(), ["evaluate", "onset", "--data", str(folder), "--split", "test"])

    assert "no committed split" in str(answer.exception)
