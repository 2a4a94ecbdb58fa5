from __future__ import annotations

from pathlib import Path

import numpy as np

from models.datasets.rr import load_record
from models.training.rhythm.windows import WindowSource, cut_windows
from tests.models.training.recordings import write_record


def test_windows_follow_each_other_and_most_beats_decide(tmp_path: Path) -> None:
    record = load_record(write_record(tmp_path, "a", [("N", 89), ("AFIB", 151)]))

    windows = cut_windows(record)

    assert windows.rows.shape == (4, 60)
    assert windows.af.tolist() == [False, True, True, True]


def test_unlabelled_beats_are_left_out(tmp_path: Path) -> None:
    record = load_record(write_record(tmp_path, "a", [("NONE", 45), ("N", 130)]))

    windows = cut_windows(record)

    assert np.array_equal(windows.rows.ravel(), record.intervals[45:165])


def test_people_are_drawn_alike_however_long_their_records(tmp_path: Path) -> None:
    short = load_record(write_record(tmp_path, "short", [("N", 1500), ("AFIB", 1500)], rate_ms=500))
    long = load_record(write_record(tmp_path, "long", [("N", 9000), ("AFIB", 9000)], rate_ms=1100))

    drawn = WindowSource([short, long]).draw(2000, np.random.default_rng(0), augment=False)

    of_short = np.median(drawn.rows, axis=1) < 800
    assert 0.4 < of_short.mean() < 0.6
    assert 0.35 < drawn.af.mean() < 0.65
