from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.deep.unusual import (
    CHANNELS,
    MINUTES,
    REACH,
    HourSnapshot,
    RecentHour,
    enough,
    unusual_inputs,
)

START = 1_767_592_800_000
MINUTE = 60_000


def filled(minutes: int = MINUTES) -> RecentHour:
    hour = RecentHour()
    for i in range(minutes):
        hour.put(START + i * MINUTE, {"hr": i / 16, "rr": -1.0})
    return hour


def test_missing_values_are_flagged_and_far_ones_clipped() -> None:
    rows = np.full((1, MINUTES, len(CHANNELS)), np.nan, np.float32)
    rows[0, -1] = [1.5, np.nan, -40.0, 0.0, np.nan]

    values, present = unusual_inputs(rows)

    assert values[0, -1].tolist() == [1.5, 0.0, -REACH, 0.0, 0.0]
    assert present[0, -1].tolist() == [1.0, 0.0, 1.0, 1.0, 0.0]
    assert present[0, :-1].sum() == 0


def test_infinite_values_are_refused() -> None:
    with pytest.raises(ValueError, match="infinite"):
        unusual_inputs(np.full((1, MINUTES, len(CHANNELS)), np.inf, np.float32))


def test_an_hour_comes_back_oldest_first_and_missing_is_nan() -> None:
    row = filled().row(START + 59 * MINUTE)

    assert row is not None and row.dtype == np.float32
    assert row[:, 0].tolist() == [i / 16 for i in range(MINUTES)]
    assert row[:, 1].tolist() == [-1.0] * MINUTES
    assert np.isnan(row[:, 2:]).all()


def test_too_little_gives_no_row() -> None:
    assert filled(29).row(START + 28 * MINUTE) is None
    assert filled(30).row(START + 29 * MINUTE) is not None


def test_one_channel_alone_gives_no_row() -> None:
    hour = RecentHour()
    for i in range(MINUTES):
        hour.put(START + i * MINUTE, {"temp": 0.0})
    assert hour.row(START + 59 * MINUTE) is None


def test_skipped_minutes_are_missing() -> None:
    hour = filled()
    hour.put(START + 69 * MINUTE, {"hr": 2.0})

    row = hour.row(START + 69 * MINUTE)

    assert row is not None
    assert row[49, 0] == 59 / 16
    assert np.isnan(row[50:59]).all()
    assert row[59, 0] == 2.0


def test_a_gap_of_an_hour_forgets_everything() -> None:
    hour = filled()
    hour.put(START + 119 * MINUTE, {"hr": 2.0})
    assert hour.row(START + 119 * MINUTE) is None


def test_minutes_out_of_order_fall_into_place_and_old_ones_are_passed_over() -> None:
    hour = filled()
    hour.put(START + 10 * MINUTE, {"spo2": -3.0})
    hour.put(START - MINUTE, {"spo2": -3.0})

    row = hour.row(START + 59 * MINUTE)

    assert row is not None
    assert row[10].tolist()[:3] == [10 / 16, -1.0, -3.0]
    assert np.count_nonzero(~np.isnan(row[:, 2])) == 1


def test_an_hour_that_ends_earlier_misses_what_is_gone() -> None:
    row = filled(90).row(START + 79 * MINUTE)

    assert row is not None
    assert np.isnan(row[:10]).all()
    assert row[10, 0] == 30 / 16


def test_signals_of_no_channel_and_nan_are_passed_over() -> None:
    hour = filled()
    hour.put(START + 59 * MINUTE, {"glucose": 3.0, "spo2": math.nan})
    row = hour.row(START + 59 * MINUTE)
    assert row is not None and np.isnan(row[59, 2])


def test_far_values_end_at_the_scale() -> None:
    hour = filled()
    hour.put(START + 59 * MINUTE, {"hr": 1e9, "rr": -1e9})
    row = hour.row(START + 59 * MINUTE)
    assert row is not None and row[59, :2].tolist() == [7.875, -7.875]


@given(
    st.lists(
        st.tuples(
            st.integers(-100, 100),
            st.dictionaries(st.sampled_from(CHANNELS), st.floats(-9, 9), max_size=5),
        ),
        max_size=60,
    )
)
def test_a_snapshot_goes_on_exactly(told: list[tuple[int, dict[str, float]]]) -> None:
    hour = RecentHour()
    for at, spreads in told:
        hour.put(START + at * MINUTE, spreads)
        packed = msgspec.msgpack.decode(msgspec.msgpack.encode(hour.snapshot()), type=HourSnapshot)
        again = RecentHour(packed)
        assert again.snapshot() == hour.snapshot()
        hour = again


def test_enough_agrees_with_the_ring() -> None:
    row = filled(30).row(START + 29 * MINUTE)
    assert row is not None
    assert enough(row[None]).tolist() == [True]
    row[-1] = np.nan
    assert enough(row[None]).tolist() == [False]
