"""Publishers' archives, made up and served on this machine, become folders that the loaders read."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from models.datasets.cgm import load_series
from models.datasets.fitbit import load_labels, load_minutes
from streams.errors import UserError
from streams.gateways.download_cgm import download_cgm
from streams.gateways.download_fitbit import download_fitbit
from streams.gateways.fetching import File
from tests.models.datasets.workbooks import workbook
from tests.streams.gateways.publisher import published

DAY = 44407.0
"""2021-07-30 in Excel's calendar."""


def archive(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return out.getvalue()


def wearing(head: str, rows: list[list[str | float | None]]) -> bytes:
    return workbook([["Date", head, "CBG (mg / dl)", "Dietary intake", "饮食"], *rows])


def fetched(data: bytes, out: Path) -> None:
    with published({"20444397.zip": data}) as publisher:
        download_cgm(out, File(f"{publisher.url}/20444397.zip", "20444397.zip"))


def test_the_archive_inside_figshares_archive_becomes_series(tmp_path: Path) -> None:
    first = wearing(
        "CGM (mg / dl)",
        [
            [DAY + 1003 / 1440, 113.4, None, None],
            [DAY + 1018 / 1440, 124.2, None, "rice 100 g"],
            [DAY + 1033 / 1440, None, None, None],
            [None, None, None, "a note without a time"],
        ],
    )
    later = wearing("CGM ", [["2020/12/16 9:05", 99.0]])
    inner = archive(
        {
            "diabetes_datasets/Shanghai_T2DM/2045_0_20201216.xlsx": later,
            "diabetes_datasets/Shanghai_T1DM/1001_0_20210730.xlsx": first,
            "diabetes_datasets/Shanghai_T1DM_Summary.xlsx": b"not read",
        }
    )

    fetched(archive({"data.zip": inner, "change_log.txt": b"version 3"}), tmp_path)

    one, two = load_series(tmp_path)
    assert (one.name, one.kind, two.name, two.kind) == ("1001_0_20210730", "T1DM", "2045_0_20201216", "T2DM")
    assert np.diff(one.times_ms).tolist() == [900_000, 900_000]
    assert np.array_equal(one.glucose, [113.4, 124.2, np.nan], equal_nan=True)
    assert one.meal.tolist() == [False, True, False]
    assert two.glucose.tolist() == [99.0]
    assert [path.name for path in tmp_path.iterdir()] == ["shanghai_cgm.csv.gz"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"a page that asks to log in", "not a zip file"),
        (archive({"readme.txt": b""}), "holds no workbook"),
        (archive({"Shanghai_T1DM/1_0_20210730.xlsx": workbook([["Date", "x"]])}), "1_0_20210730.xlsx"),
        (archive({"Shanghai_T2DM/2_0_20210730.xls": b"\xd0\xcf\x11\xe0 old"}), "xlrd|2_0_20210730.xls"),
    ],
)
def test_what_is_not_the_data_is_refused_and_leaves_nothing(tmp_path: Path, data: bytes, why: str) -> None:
    with pytest.raises(UserError, match=why) as told:
        fetched(data, tmp_path)

    assert "\n" not in str(told.value)
    assert not (tmp_path / "shanghai_cgm.csv.gz").exists()
    assert not list(tmp_path.glob("*.part"))


def test_samples_of_a_watch_become_minutes_with_dates_of_illness(tmp_path: Path) -> None:
    hr = b"user,datetime,heartrate\n" + b"".join(
        b"A,2020-03-01 10:%s,%s\n" % sample
        for sample in ((b"00:05", b"60"), (b"00:35", b"70"), (b"02:00", b"80"))
    )
    steps = b"user,datetime,steps\nA,2020-03-01 10:00:00,12\nA,2020-03-01 10:01:00,0\n"
    watches = archive(
        {
            "COVID-19-Wearables/A_hr.csv": hr,
            "COVID-19-Wearables/A_steps.csv": steps,
            "COVID-19-Wearables/B_hr.csv": hr,
            "__MACOSX/COVID-19-Wearables/._A_hr.csv": b"\x00",
        }
    )
    dates = workbook(
        [
            ["Supplementary Table 3"],
            ["ParticipantID", "Category", "Symptom_dates", "covid_diagnosis_dates", "recovery_dates"],
            ["A", "COVID-19", stamps("2019-06-01", "2020-03-12", "2020-03-10"), stamps("2020-03-15"), "[]"],
            ["B_Illness_1", "Other", stamps("2020-02-02"), "[]", stamps("2020-02-09")],
        ],
        sheet="SuppTable3_Fig2a_COVID-19",
    )
    with published({"w.zip": watches, "d.xlsx": dates}) as publisher:
        download_fitbit(
            tmp_path, File(f"{publisher.url}/w.zip", "w.zip"), File(f"{publisher.url}/d.xlsx", "d.xlsx")
        )

    a, b = load_minutes(tmp_path)
    assert (a.name, a.dated, b.name) == ("A", True, "B")
    assert np.array_equal(a.hr, [65.0, np.nan, 80.0], equal_nan=True)
    assert np.array_equal(a.steps, [12.0, 0.0, np.nan], equal_nan=True)
    assert np.isnan(b.steps).all()
    assert load_labels(tmp_path) == {
        "A": {
            "id": "A",
            "symptom_date": "2020-03-10",
            "diagnosis_date": "2020-03-15",
            "recovery_date": "",
        }
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["A.csv.gz", "B.csv.gz", "labels_aligned.csv"]


def stamps(*days: str) -> str:
    return str([f"Timestamp('{day} 00:00:00')" for day in days])
