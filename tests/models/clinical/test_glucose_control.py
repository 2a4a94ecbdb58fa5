"""Time in range over two weeks."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clinical.glucose_control import BANDS, TARGETS, GlucoseControl, glucose_finding
from tests.models.clinical.published import edges

PUBLISHED = [
    (20, 53, "very low"), (54, 69, "low"), (70, 180, "in range"), (181, 250, "high"), (251, 600, "very high"),
]  # fmt: skip
MET = {
    "glucose 70-180": [(0, 70, 1), (70.1, 100, 0)],
    "glucose below 70": [(0, 3.9, 0), (4, 100, 1)],
    "glucose below 54": [(0, 0.9, 0), (1, 100, 1)],
    "glucose above 180": [(0, 24.9, 0), (25, 100, 1)],
    "glucose above 250": [(0, 4.9, 0), (5, 100, 1)],
}
TARGET_EDGES = [(name, value, grade) for name, rows in MET.items() for value, grade in edges(rows, 0.1)]
START = 1_767_571_200_000
"""2026-01-05T00:00Z."""
MINUTE = 60_000
DAY = 1440


def worn(days, value, step=5, control=None, since=0):
    control = control or GlucoseControl()
    for minute in range(since * DAY, (since + days) * DAY, step):
        control.put(START + minute * MINUTE, value)
    return control


@pytest.mark.parametrize(("value", "band"), edges(PUBLISHED))
def test_every_edge_of_the_bands(value, band):
    assert glucose_finding(value).band == band
    assert BANDS.of(value) == [row[2] for row in PUBLISHED].index(band)


@pytest.mark.parametrize(("name", "share", "grade"), TARGET_EDGES)
def test_every_edge_of_the_targets(name, share, grade):
    [table] = [target for found, _, target in TARGETS if found == name]

    assert table.of(share).grade == grade


@pytest.mark.parametrize("step", [1, 5, 15])
def test_whatever_the_device_s_step_a_day_in_range_is_a_day(step):
    control = worn(14, 120.0, step)

    assert control.worn == pytest.approx(1.0, abs=0.01)
    assert [f.value for f in control.findings()] == [100.0, 0.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize(("days", "told"), [(9, False), (10, True)])
def test_nothing_is_told_before_70_per_cent_of_14_days_were_worn(days, told):
    assert bool(worn(days, 120.0).findings()) == told


def test_shares_are_told_beside_their_targets():
    control = worn(7, 120.0)
    worn(7, 300.0, control=control, since=7)

    found = {f.name: (f.value, f.band) for f in control.findings()}

    assert found["glucose 70-180"] == (50.0, "off target")
    assert found["glucose above 250"] == (50.0, "off target")
    assert found["glucose below 70"] == (0.0, "on target")


def test_what_is_older_than_14_days_no_longer_counts():
    control = worn(5, 300.0)
    worn(14, 120.0, control=control, since=5)

    assert control.findings()[0].value == 100.0


def test_after_a_gap_a_reading_stands_for_itself_alone():
    control = GlucoseControl()
    for minute in (0, 5, 300):
        control.put(START + minute * MINUTE, 120.0)

    assert sum(control.minutes()) == 1 + 5 + 1


def test_an_older_reading_changes_nothing():
    control = worn(1, 120.0)
    before = msgspec.json.encode(control)

    control.put(START, 300.0)

    assert msgspec.json.encode(control) == before


def test_it_fits_into_150_bytes():
    assert len(msgspec.msgpack.encode(worn(14, 120.0))) <= 150


@given(st.lists(st.tuples(st.integers(0, 40 * DAY), st.floats(20, 600)), max_size=60), st.integers(0, 60))
def test_a_restored_state_goes_on_equally(readings, cut):
    whole, first = GlucoseControl(), GlucoseControl()
    for minute, value in readings[:cut]:
        first.put(START + minute * MINUTE, value)
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(first), type=GlucoseControl)
    for minute, value in readings:
        whole.put(START + minute * MINUTE, value)
    for minute, value in readings[cut:]:
        again.put(START + minute * MINUTE, value)

    assert msgspec.msgpack.encode(again) == msgspec.msgpack.encode(whole)
    assert 0.0 <= whole.worn <= 1.0
