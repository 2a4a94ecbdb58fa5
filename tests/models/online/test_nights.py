"""Rows of nights: which minutes make them, what is kept, and what comes too late."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.online.nights import CHANNELS, DAWN, DAY, KEPT, Nights, code, value_of

START = 20_000 * DAY
"""Local midnight of a day."""


def live(nights, first, last, values, context="rest", still=60):
    """Live through local minutes; gives those that began a row."""
    return [at for at in range(first, last) if nights.put(at, context, values, still)]


def test_a_row_ends_at_seven_local():
    nights = Nights()

    assert live(nights, START, START + DAY, {"hr": 60.0}) == [START, START + DAWN]
    assert nights.series("hr") == [60.0]


def test_the_nights_pulse_is_the_median_of_its_half_hours():
    nights = Nights()
    live(nights, START, START + 4 * 60, {"hr": 55.0})
    live(nights, START + 4 * 60, START + 7 * 60, {"hr": 90.0})
    live(nights, START + DAWN, START + DAWN + 1, {"hr": 60.0})

    assert nights.series("hr") == [55.0]


def test_minutes_with_steps_shortly_before_are_not_at_rest():
    nights = Nights()
    live(nights, START, START + DAWN, {"hr": 99.0}, still=5)
    live(nights, START + DAWN, START + DAWN + 1, {"hr": 60.0})

    assert nights.series("hr") == []


def test_sleep_counts_as_night_before_midnight_too():
    nights = Nights()
    live(nights, START - 180, START, {"hr": 52.0}, context="asleep")
    live(nights, START + DAWN, START + DAWN + 1, {"hr": 60.0})

    assert nights.series("hr") == [52.0]


def test_a_night_knows_its_other_vitals_too():
    nights = Nights()
    live(nights, START + DAY, START + DAY + DAWN, {"hr": 58.0, "temp": 34.5})
    live(nights, START + DAY + DAWN, START + DAY + DAWN + 1, {"hr": 70.0})

    assert nights.series("hr") == [58.0]
    assert nights.series("temp") == [pytest.approx(34.5)]


def test_the_pulse_at_rest_by_day_is_kept_for_a_night_that_was_not_worn():
    nights = Nights()
    live(nights, START + DAWN, START + DAY, {"hr": 70.0})
    live(nights, START + DAY + DAWN, START + DAY + DAWN + 1, {"hr": 70.0})

    assert nights.series("hr_day") == [70.0]
    assert nights.series("hr") == []


def test_days_without_the_watch_leave_gaps():
    nights = Nights()
    for day in (0, 3):
        live(nights, START + day * DAY, START + day * DAY + DAWN, {"hr": 60.0})
    live(nights, START + 3 * DAY + DAWN, START + 3 * DAY + DAWN + 1, {"hr": 60.0})

    assert nights.series("hr") == [60.0, None, None, 60.0]


def test_after_a_long_gap_nothing_is_known():
    nights = Nights()
    live(nights, START, START + DAWN, {"hr": 60.0})
    live(nights, START + 60 * DAY, START + 60 * DAY + DAWN + 1, {"hr": 60.0})

    assert nights.series("hr")[:-1] == [None] * (KEPT - 1)


def test_five_weeks_are_kept():
    nights = Nights()
    for day in range(50):
        live(nights, START + day * DAY, START + day * DAY + DAWN, {"hr": 40.0 + day})
    live(nights, START + 60 * DAY, START + 60 * DAY + 1, {"temp": 34.0})

    assert len(nights.series("hr")) == KEPT


def test_a_device_ahead_of_the_watch_does_not_end_the_night():
    nights = Nights()
    live(nights, START, START + 60, {"hr": 60.0})

    assert live(nights, START + DAWN + 60, START + DAWN + 90, {"temp": 34.0}) == []
    live(nights, START + 60, START + DAWN, {"hr": 60.0})
    live(nights, START + DAWN, START + DAWN + 1, {"hr": 60.0})
    assert nights.series("hr") == [60.0]


def test_a_minute_of_a_closed_row_changes_nothing():
    nights = Nights()
    live(nights, START, START + DAWN + 1, {"hr": 60.0})
    before = msgspec.msgpack.encode(nights)

    live(nights, START, START + DAWN, {"hr": 120.0})

    assert msgspec.msgpack.encode(nights) == before


def test_a_moved_sensor_moves_its_rows():
    nights = Nights(rows={"temp": bytes((100, 0, 110))})

    nights.shift("temp", 0.5)

    assert nights.rows["temp"] == bytes((110, 0, 120))
    nights.shift("rr", 1.0)
    assert "rr" not in nights.rows


def test_it_is_small():
    nights = Nights()
    values = {"hr": 60.0, "temp": 34.0, "rr": 15.0, "hrv": 3.5, "spo2": 96.0}
    for day in range(40):
        live(nights, START + day * DAY, START + (day + 1) * DAY, values)

    assert len(msgspec.msgpack.encode(nights)) <= 330


@given(st.sampled_from(sorted(CHANNELS)), st.floats(-50, 400))
def test_a_value_comes_back_within_half_a_step_or_at_the_end_of_the_range(name, value):
    known = CHANNELS[name]
    within = min(max(value, known.low), known.low + 254 * known.step)

    assert value_of(name, code(name, value)) == pytest.approx(within, abs=known.step / 2 + 1e-9)


MINUTES = st.lists(
    st.tuples(
        st.integers(0, 4000),
        st.sampled_from(["rest", "asleep", "active", "unknown"]),
        st.dictionaries(st.sampled_from(["hr", "temp", "rr", "hrv", "spo2"]), st.floats(20, 200)),
        st.integers(0, 90),
    ),
    max_size=60,
)


@given(MINUTES, MINUTES)
def test_stored_rows_go_on_bit_for_bit(before, after):
    lived = Nights()
    for at, *minute in before:
        lived.put(START + at, *minute)
    restored = msgspec.msgpack.decode(msgspec.msgpack.encode(lived), type=Nights)

    told = [restored.put(START + at, *minute) for at, *minute in after]
    assert told == [lived.put(START + at, *minute) for at, *minute in after]
    assert msgspec.msgpack.encode(restored) == msgspec.msgpack.encode(lived)
