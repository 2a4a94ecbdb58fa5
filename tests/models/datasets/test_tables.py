"""Reading published tables."""

from __future__ import annotations

import gzip
import math

import numpy as np
import pytest

from models.datasets.cgm import load_series
from models.datasets.fitbit import load_labels, load_minutes
from models.datasets.icu import load_deaths, load_stays, record_ids
from models.datasets.people import load_nhanes
from models.datasets.tables import DatasetError, find, number, rows, time_ms


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.5", 1.5), ("", None), (None, None), ("NA", None), ("nan", None), ("inf", None), ("-1", -1.0)],
)
def test_a_number_or_nothing(text, value):
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "offset", "ms"),
    [
        ("1970-01-01 08:00:01", 480, 1000),
        ("1970-01-01  00:00:01", 0, 1000),
        ("1970-01-01T01:00:00+01:00", 480, 0),
        ("soon", 0, None),
    ],
)
def test_times_of_a_clock_elsewhere(text, offset, ms):
    assert time_ms(text, offset) == ms


def test_missing_columns_are_named(tmp_path):
    (tmp_path / "t.csv").write_text("a\n1\n")

    with pytest.raises(DatasetError, match="lacks the columns b"), rows(tmp_path / "t.csv", {"a", "b"}):
        pass


def test_an_empty_folder_says_what_it_lacks(tmp_path):
    with pytest.raises(DatasetError, match=r"no x\.csv or y\.csv here"):
        find(tmp_path, "x.csv", "y.csv")


def test_stays_are_sorted_and_without_missing_values(tmp_path):
    (tmp_path / "vitals_b.csv").write_text("record_id,minute,param,value\n9,5,HR,70\n")
    (tmp_path / "vitals_a.csv").write_text(
        "record_id,minute,param,value\n11,9,HR,90\n11,2,HR,80\n11,2,Temp,-1\n11,3,pH,7.4\n"
    )

    stays = load_stays(tmp_path, ["Temp", "HR"])

    assert record_ids(tmp_path) == ["11", "9"]
    assert stays.params == ("HR", "Temp")
    assert stays.record.tolist() == [9, 11, 11]
    assert stays.minute.tolist() == [5, 2, 9]
    assert stays.value.tolist() == [70.0, 80.0, 90.0]


def test_deaths_by_record(tmp_path):
    (tmp_path / "outcomes_a.csv").write_text("RecordID,In-hospital_death\n1,0\n2,1\n")

    assert load_deaths(tmp_path) == {1: False, 2: True}


def test_glucose_series_keep_gaps_as_nan(tmp_path):
    readings = ["7_1_19700101,T2DM,1970-01-01 08:15:00,100,1", "7_1_19700101,T2DM,1970-01-01 08:00:00,,0"]
    text = "\n".join(["series,type,time,glucose_mg_dl,meal", *readings])
    (tmp_path / "shanghai_cgm.csv.gz").write_bytes(gzip.compress(text.encode()))

    (series,) = load_series(tmp_path)

    assert (series.patient, series.times_ms.tolist(), series.meal.tolist()) == (
        "7",
        [0, 900_000],
        [False, True],
    )
    assert math.isnan(series.glucose[0])
    assert series.glucose[1] == 100


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("1001_0_20210730", "1001"),
        ("study_anna", "study_anna"),
        ("study_ben", "study_ben"),
        ("7_1_a", "7_1_a"),
    ],
)
def test_only_names_of_patient_visit_date_are_several_series_of_a_person(tmp_path, name, person):
    text = f"series,time,glucose_mg_dl\n{name},2021-01-01 08:00:00,100\n"
    (tmp_path / "any.csv").write_text(text)

    (series,) = load_series(tmp_path)

    assert series.patient == person


@pytest.mark.parametrize(
    ("cell", "meal"),
    [("1", 1), ("1.0", 1), ("True", 1), ("0", 0), ("0.0", 0), ("False", 0), ("", 0), ("rice", math.nan)],
)
def test_meals_are_read_as_people_write_them(tmp_path, cell, meal):
    (tmp_path / "any.csv").write_text(f"series,time,glucose_mg_dl,meal\na,2021-01-01 08:00:00,100,{cell}\n")

    (series,) = load_series(tmp_path)

    assert series.meal.tolist() == pytest.approx([meal], nan_ok=True)


def test_without_a_column_nobody_knows_of_meals(tmp_path):
    (tmp_path / "any.csv").write_text("series,time,glucose_mg_dl\na,2021-01-01 08:00:00,100\n")

    (series,) = load_series(tmp_path)

    assert np.isnan(series.meal).all()


def test_survey_people(tmp_path):
    (tmp_path / "NHANES.csv").write_text(
        "SurveyYr,ID,Gender,Age,Weight,Height,BMI,Pulse,BPSysAve,BPDiaAve,Diabetes\n"
        "2011_12,5,female,33,NA,165,,60,0,70,0\n"
    )

    (person,) = load_nhanes(tmp_path)

    assert (person.year, person.sex, person.weight_kg, person.systolic) == (2011, "female", None, None)
    assert person.diabetes is False


def test_tracker_minutes_and_labels(tmp_path):
    (tmp_path / "P1.csv.gz").write_bytes(gzip.compress(b"minute,hr,n_samples,steps\n5,60,3,0\n3,,0,12\n"))
    (tmp_path / "labels_aligned.csv").write_text("id,symptom_date,diagnosis_date\nP1,2020-03-02,\n")

    (wearer,) = load_minutes(tmp_path)

    assert (wearer.name, wearer.dated) == ("P1", False)
    assert wearer.times_ms.tolist() == [180_000, 300_000]
    assert wearer.steps.tolist() == [12.0, 0.0]
    assert load_labels(tmp_path)["P1"]["symptom_date"] == "2020-03-02"
