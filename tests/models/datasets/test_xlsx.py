from __future__ import annotations

import io

import pytest

from models.datasets.tables import DatasetError
from models.datasets.xlsx import date_text, read_sheet
from tests.models.datasets.workbooks import workbook


@pytest.mark.parametrize("shared", [True, False])
def test_cells_keep_their_columns_and_empty_ones_are_none(shared: bool) -> None:
    rows = [["Date", "CGM (mg / dl)", "进食量"], [44407.5, 113.4, None], [44408.0, None, "rice & 鱼 < 100 g"]]

    assert read_sheet(io.BytesIO(workbook(rows, shared=shared))) == [*rows[:1], rows[1][:2], rows[2]]


def test_a_sheet_is_found_by_the_beginning_of_its_name() -> None:
    data = workbook([["a"]], sheet="SuppTable3_Fig2a")

    assert read_sheet(io.BytesIO(data)) == []
    assert read_sheet(io.BytesIO(data), "SuppTable3") == [["a"]]


def test_a_day_number_is_a_date_to_the_second() -> None:
    assert date_text(44407.69652777778) == "2021-07-30 16:43:00"
    assert date_text("2021/7/30 16:43") == "2021-07-30 16:43:00"
    assert date_text(None) == ""


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 cut off", workbook([["a"]])[:200]])
def test_what_is_no_workbook_is_refused(data: bytes) -> None:
    with pytest.raises(DatasetError, match="not a readable Excel workbook"):
        read_sheet(io.BytesIO(data))


def test_a_missing_sheet_is_named() -> None:
    with pytest.raises(DatasetError, match="no sheet SuppTable3"):
        read_sheet(io.BytesIO(workbook([["a"]])), "SuppTable3")
