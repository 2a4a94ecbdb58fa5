"""Folders of other databases in the documented layouts, as people find them on their disks."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from streams.cli import build_app
from streams.errors import UserError
from tests.models.training.recordings import write_record
from tests.models.training.series import write_series
from tests.models.training.stays import write_stays
from tests.models.training.tables import write_nhanes, write_pima


def judged(name: str, folder: Path, *more: str) -> dict[str, Any]:
    """What `evaluate --json` prints."""
    result = CliRunner().invoke(build_app(), ["evaluate", name, "--data", str(folder), "--json", *more])
    if result.exception:
        raise result.exception
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def refused(name: str, folder: Path) -> str:
    """The one line that a person is told."""
    with pytest.raises(UserError) as told:
        judged(name, folder)
    assert "\n" not in str(told.value)
    return str(told.value)


def change(path: Path, **columns: Any) -> None:
    """Replace columns of a record; None takes one away."""
    there = {**dict(np.load(path)), **columns}
    np.savez(path, **{name: column for name, column in there.items() if column is not None})


def test_half_hours_at_360_hz_under_other_names_without_an_index(tmp_path: Path) -> None:
    write_record(tmp_path, "100", [("N", 1200), ("AFIB", 900)], fs=360)
    write_record(tmp_path, "m-201x", [("AFL", 700), ("N", 1300)], fs=360)
    write_record(tmp_path, "short", [("N", 40)], fs=360)

    report = judged("rhythm", tmp_path)

    assert report["people"] == 2
    assert report["windows"] == 35 + 33
    assert report["windows_skipped"] <= 0.03
    assert min(report["se"], report["sp"]) > 0.9


def test_files_beside_the_records_do_not_disturb(tmp_path: Path) -> None:
    write_record(tmp_path, "a", [("N", 700), ("AFIB", 700)])
    (tmp_path / "SOURCE.txt").write_text("from somewhere")
    (tmp_path / "index.csv").write_text("record,beats\nother,1\n")
    (tmp_path / "._a.npz").write_bytes(b"\x00\x05\x16\x07 a file manager's shadow")
    (tmp_path / "a.atr").write_bytes(b"\x00")
    (tmp_path / "old").mkdir()

    assert judged("rhythm", tmp_path)["people"] == 1


def test_nobody_in_fibrillation_leaves_sensitivity_open(tmp_path: Path) -> None:
    write_record(tmp_path, "a", [("N", 700), ("B", 700)])

    report = judged("rhythm", tmp_path)

    assert (report["se"], report["auroc"], report["episodes"]) == (None, None, 0)
    assert report["sp"] > 0.9
    assert report["false_alerts_per_24h"] == 0.0


def test_rhythm_names_as_wfdb_writes_them_and_other_integers(tmp_path: Path) -> None:
    path = write_record(tmp_path, "a", [("N", 700), ("AFIB", 700)])
    there = dict(np.load(path))
    change(
        path,
        rhythm_names=np.array([b"(AFIB\x00", b"(N"]),
        rhythm=there["rhythm"].astype(np.int64),
        rr_samples=there["rr_samples"].astype(np.int32),
        fs=np.int64(360),
        first_sample=None,
        beat_symbol=None,
    )

    assert judged("rhythm", tmp_path)["windows_af"] == 11


def test_a_record_without_beats_is_nobody_to_judge_by(tmp_path: Path) -> None:
    write_record(tmp_path, "a", [("N", 700), ("AFIB", 700)])
    empty = write_record(tmp_path, "b", [("N", 1)])
    change(empty, rr_samples=np.array([], np.uint16), rhythm=np.array([], np.uint8), beat_symbol=None)

    report = judged("rhythm", tmp_path)

    assert (report["people"], report["windows"]) == (1, 23)


def test_records_of_another_kind_are_named(tmp_path: Path) -> None:
    path = write_record(tmp_path, "a", [("N", 700)])
    change(path, rhythm_names=None)
    assert "a.npz: lacks rhythm_names" in refused("rhythm", tmp_path)

    path.write_bytes(b"not an archive")
    assert "a.npz: not a readable .npz file" in refused("rhythm", tmp_path)

    change(write_record(tmp_path, "a", [("N", 700)]), rhythm=np.full(700, -1, np.int8))
    assert "a.npz: rhythm index -1" in refused("rhythm", tmp_path)

    change(write_record(tmp_path, "a", [("N", 700)]), rr_samples=np.full(700, np.nan))
    assert "a.npz: intervals that are not finite" in refused("rhythm", tmp_path)


@pytest.mark.parametrize("name", ["rhythm", "glucose", "deterioration", "diabetes"])
def test_a_folder_that_is_not_there_or_holds_something_else(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.txt").write_text("nothing to see")
    (tmp_path / "list.csv").write_text("a,b\n1,2\n")

    assert str(tmp_path / "gone") in refused(name, tmp_path / "gone")
    assert str(tmp_path) in refused(name, tmp_path)


@pytest.mark.parametrize("inputs", ["wearable", "clinical"])
def test_an_icu_folder_with_set_c_alone_packed_or_not(tmp_path: Path, inputs: str) -> None:
    write_stays(tmp_path, list(range(1, 25)))
    for kind in ("vitals", "static", "outcomes"):
        plain = tmp_path / f"{kind}_a.csv"
        with plain.open("rb") as source, gzip.open(tmp_path / f"{kind}_c.csv.gz", "wb") as packed:
            shutil.copyfileobj(source, packed)
        plain.unlink()

    report = judged("deterioration", tmp_path, "--inputs", inputs)

    assert (report["people"], report["died"]) == (24, 8)
    assert report["auroc_48h"] > 0.9


def test_an_icu_folder_where_everyone_lived_leaves_figures_open(tmp_path: Path) -> None:
    folder = write_stays(tmp_path, list(range(1, 25)))
    outcomes = (folder / "outcomes_a.csv").read_text().splitlines()
    (folder / "outcomes_a.csv").write_text(
        "\n".join([outcomes[0], *(line[:-1] + "0" for line in outcomes[1:])])
    )

    report = judged("deterioration", folder)

    assert (report["auroc_48h"], report["min_se_ppv_48h"]) == (None, None)
    assert report["ece"] is not None


def test_an_icu_folder_that_lacks_a_table_is_told(tmp_path: Path) -> None:
    folder = write_stays(tmp_path, list(range(1, 7)))
    for kind in ("outcomes", "static", "vitals"):
        path = folder / f"{kind}_a.csv"
        path.rename(folder / "away")
        assert f"no {kind}_*.csv" in refused("deterioration", folder)
        (folder / "away").rename(path)

    (folder / "vitals_a.csv").write_text("record_id,minute,param,value\n99,5,HR,80\n")
    assert "no stay has" in refused("deterioration", folder)


def test_a_glucose_folder_with_one_person(tmp_path: Path) -> None:
    folder = write_series(tmp_path, ["1001"])

    report = judged("glucose", folder)

    assert (report["people"], report["groups"]) == (1, {})


def test_a_glucose_folder_with_a_file_for_each_person_and_no_meals(tmp_path: Path) -> None:
    for number in (1, 2):
        made = write_series(tmp_path / "made", [f"90{number}"], seed=number) / "shanghai_cgm.csv"
        lines = [line.rsplit(",", 1)[0] for line in made.read_text().splitlines()]
        (tmp_path / f"90{number}.csv").write_text("\n".join(lines))
    (tmp_path / "labels.csv").write_text("id,symptom_date\n1,2021-01-01\n")
    shutil.rmtree(tmp_path / "made")

    assert judged("glucose", tmp_path)["people"] == 2


def test_an_nhanes_folder_packed_and_without_ethnicity(tmp_path: Path) -> None:
    folder = write_nhanes(tmp_path, [str(i) for i in range(60)])
    plain = folder / "NHANES.csv"
    table = [line.split(",") for line in plain.read_text().splitlines()]
    with gzip.open(folder / "NHANES.csv.gz", "wt") as packed:
        packed.write("\n".join(",".join(row[:4] + row[5:]) for row in table))
    plain.unlink()

    report = judged("diabetes", folder)

    assert report["people"] == 60
    assert set(report["groups"]) == {"sex", "age"}


def test_nobody_with_diabetes_leaves_figures_open(tmp_path: Path) -> None:
    folder = write_nhanes(tmp_path, [str(i) for i in range(30)])
    plain = folder / "NHANES.csv"
    head, *rest = plain.read_text().splitlines()
    plain.write_text("\n".join([head, *(line.rsplit(",", 1)[0] + ",No" for line in rest)]))

    report = judged("diabetes", folder)

    assert (report["auroc"], report["with_diabetes"]) == (None, 0)


def test_a_pima_table_with_a_head_and_one_that_is_broken(tmp_path: Path) -> None:
    path = write_pima(tmp_path, people=30) / "pima-indians-diabetes.csv"
    rows = path.read_text()

    path.write_text(
        "Pregnancies,Glucose,BloodPressure,SkinThickness,Insulin,BMI,Pedigree,Age,Outcome\n" + rows
    )
    assert judged("diabetes", tmp_path)["people"] == 30

    path.write_text(rows + "1,2,3\n")
    assert "row 31 has 3 columns instead of 9" in refused("diabetes", tmp_path)

    path.write_bytes(b"\xff\xfe\x00")
    assert "pima-indians-diabetes.csv" in refused("diabetes", tmp_path)
