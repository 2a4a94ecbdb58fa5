from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import wfdb

from models.datasets.rr import load_record
from models.datasets.rr_download import columns, convert


def test_a_wfdb_annotation_becomes_a_record(tmp_path: Path) -> None:
    wfdb.wrann(
        "r1",
        "atr",
        sample=np.array([10, 60, 160, 170, 240]),
        symbol=["N", "N", "V", "+", "N"],
        aux_note=["", "", "", "(AFIB", ""],
        fs=100,
        write_dir=str(tmp_path),
    )

    record = load_record(convert(str(tmp_path / "r1"), tmp_path))

    assert record.fs == 100.0
    assert record.first_ms == 100.0
    assert record.intervals.tolist() == [500.0, 1000.0, 800.0]
    assert record.rhythm.tolist() == ["NONE", "NONE", "AFIB"]
    assert record.beats.tolist() == ["N", "V", "N"]


def test_what_is_no_beat_is_left_out() -> None:
    found = columns([0, 5, 100, 200], ["N", "~", "N", "|"], ["", "", "", ""], 100.0)

    assert found["rr_samples"].tolist() == [100]


def test_a_single_beat_makes_no_record() -> None:
    with pytest.raises(ValueError, match="1 beats"):
        columns([0], ["N"], [""], 100.0)
