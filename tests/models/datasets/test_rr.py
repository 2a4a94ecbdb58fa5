from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.datasets.rr import RecordError, load_record, load_records, record_names

LTAFDB = Path(__file__).resolve().parents[4] / "shared" / "data" / "ltafdb_rr"


def write(folder: Path, name: str = "a", **changes: object) -> Path:
    columns: dict[str, object] = {
        "first_sample": np.int64(360),
        "fs": np.float32(360),
        "rr_samples": np.array([360, 180, 720], np.uint16),
        "rhythm": np.array([1, 0, 2], np.uint8),
        "rhythm_names": np.array(["AFIB", "NONE", "AFL"]),
        "beat_symbol": np.array([ord("N"), ord("V"), ord("N")], np.uint8),
    }
    columns |= changes
    path = folder / f"{name}.npz"
    np.savez(path, **{key: value for key, value in columns.items() if value is not None})  # type: ignore[arg-type]
    return path


def test_intervals_are_ms_whatever_the_sampling_rate(tmp_path: Path) -> None:
    record = load_record(write(tmp_path))

    assert record.intervals.tolist() == [1000.0, 500.0, 2000.0]
    assert record.times_ms.tolist() == [2000.0, 2500.0, 4500.0]
    assert record.beats.tolist() == ["N", "V", "N"]


def test_none_is_unlabelled_and_flutter_is_not_fibrillation(tmp_path: Path) -> None:
    record = load_record(write(tmp_path))

    assert record.rhythm.tolist() == ["NONE", "AFIB", "AFL"]
    assert record.labelled.tolist() == [False, True, True]
    assert record.af.tolist() == [False, True, False]


def test_rhythm_names_are_read_from_each_file(tmp_path: Path) -> None:
    write(tmp_path, "a")
    write(tmp_path, "b", rhythm_names=np.array([b"(N\x00", b"(AFIB\x00", b"(T"]))

    a, b = load_records(tmp_path)

    assert a.rhythm.tolist() == ["NONE", "AFIB", "AFL"]
    assert b.rhythm.tolist() == ["AFIB", "N", "T"]


def test_first_sample_and_beat_symbols_may_be_missing(tmp_path: Path) -> None:
    record = load_record(write(tmp_path, first_sample=None, beat_symbol=None))

    assert record.first_ms == 0.0
    assert record.beats.tolist() == ["?", "?", "?"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"fs": np.float32(0)}, "sampling rate"),
        ({"rhythm": np.array([0, 1], np.uint8)}, "3 intervals but 2 rhythm labels"),
        ({"rhythm": np.array([0, 1, 3], np.uint8)}, "rhythm index 3 but only 3 names"),
        ({"rhythm_names": None}, "lacks rhythm_names"),
        ({"rhythm_names": np.array(["AFIB", None, "N"], object)}, "not a readable"),
    ],
)
def test_a_file_of_another_layout_is_refused_with_its_reason(
    tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    with pytest.raises(RecordError, match=reason):
        load_record(write(tmp_path, **changes))


def test_a_folder_without_records_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"no \.npz records"):
        record_names(tmp_path)


def test_only_named_records_that_are_there_are_read(tmp_path: Path) -> None:
    write(tmp_path, "a")
    write(tmp_path, "b")

    assert [record.name for record in load_records(tmp_path, ["b", "z"])] == ["b"]


@pytest.mark.skipif(not LTAFDB.is_dir(), reason="../shared/data/ltafdb_rr is not here")
def test_a_published_record_reads_as_its_index_says() -> None:
    record = load_record(LTAFDB / "00.npz")

    assert record.fs == 128.0
    assert record.intervals.size == 106_246
    assert round(float(np.median(record.intervals))) == 773
    assert set(np.unique(record.rhythm)) == {"AFIB", "N", "VT"}
