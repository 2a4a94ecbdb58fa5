from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.history.decimate import thin
from exporters.history.packing import columns, pack
from streams.records import Reading
from tests.exporters.history.examples import START, STEP, reading, trace

VALUES = st.lists(st.none() | st.integers(30, 220).map(float), min_size=1, max_size=300)


def of(values, numbers=None, **other):
    """Columns of one pulse per trace; `numbers` are their places in time."""
    numbers = range(len(values)) if numbers is None else numbers
    many = [trace("w", n, hr=value, **other) for n, value in zip(numbers, values, strict=True)]
    return columns([(one.time, pack(one)) for one in many])


def known(values):
    return [value for value in values if not math.isnan(value)]


@given(VALUES, st.integers(2, 100), st.data())
def test_there_are_at_most_so_many_points_in_the_order_of_time(values, points, data):
    steps = data.draw(st.lists(st.integers(1, 9), min_size=len(values), max_size=len(values)))

    thinned = thin(of(values, np.cumsum(steps).tolist()), points)

    line = thinned.lines["hr"]
    assert len(thinned.time) <= points
    assert all(a < b for a, b in zip(thinned.time, thinned.time[1:], strict=False))
    assert {len(part) for part in (line.value, line.usual, line.low, line.high, line.cause)} == {
        len(thinned.time)
    }
    assert len(thinned.context) == len(thinned.time)


@given(VALUES, st.integers(2, 100), st.data())
def test_the_least_and_the_greatest_value_are_kept(values, points, data):
    steps = data.draw(st.lists(st.integers(1, 9), min_size=len(values), max_size=len(values)))
    real = [value for value in values if value is not None]

    told = known(thin(of(values, np.cumsum(steps).tolist()), points).lines["hr"].value)

    assert (min(told, default=None), max(told, default=None)) == (
        min(real, default=None),
        max(real, default=None),
    )


@given(VALUES, st.integers(2, 100))
def test_values_come_in_the_order_in_which_they_were(values, points):
    """Each point is one of the traces, and none is told before an earlier one."""
    told = known(thin(of(values), points).lines["hr"].value)

    rest = iter(value for value in values if value is not None)
    previous = None
    for value in told:
        # A stretch whose least is its greatest tells the same trace twice.
        assert value == previous or value in rest
        previous = value


def test_each_stretch_tells_its_own_peak():
    values = [60.0] * 400
    values[37], values[205], values[206], values[390] = 150.0, 30.0, 170.0, 140.0

    told = thin(of(values), 40).lines["hr"].value

    assert [value for value in told if value != 60.0] == [150.0, 30.0, 170.0, 140.0]


def test_what_fits_is_told_as_it_is():
    thinned = thin(of([60.0, 61.0, 62.0]), 600)

    assert thinned.time == [START, START + STEP, START + 2 * STEP]
    assert thinned.lines["hr"].value == [60.0, 61.0, 62.0]
    assert thinned.context == ["rest"] * 3


def test_a_gap_breaks_the_line():
    thinned = thin(of([60.0, 61.0, 62.0, 63.0], [0, 1, 2, 20]), 600)

    assert thinned.time[3] == START + 3 * STEP
    assert math.isnan(thinned.lines["hr"].value[3])
    assert thinned.context[3] == "unknown"


def test_a_gap_breaks_the_line_of_a_thinned_picture_too():
    numbers = [*range(200), *range(400, 600)]

    thinned = thin(of([60.0] * 400, numbers), 60)

    blank = [
        moment
        for moment, value in zip(thinned.time, thinned.lines["hr"].value, strict=True)
        if math.isnan(value)
    ]
    assert blank
    assert all(START + 199 * STEP < moment < START + 400 * STEP for moment in blank)


def test_band_and_cause_belong_to_the_trace_that_is_told():
    many = [trace("w", n, signals={"hr": reading(60.0, 50.0 + n)}) for n in range(100)]
    many[42] = trace("w", 42, signals={"hr": reading(99.0, 80.0, cause="")})
    many[77:] = [trace("w", n, signals={"hr": Reading(cause="off_body")}) for n in range(77, 100)]

    line = thin(columns([(one.time, pack(one)) for one in many]), 10).lines["hr"]

    assert line.usual[line.value.index(99.0)] == 80.0
    assert line.low[line.value.index(99.0)] == 70.0
    assert line.cause[-1] == "off_body"


def test_signals_share_their_times_and_keep_their_own_extremes():
    many = [
        trace(
            "w",
            n,
            signals={"hr": reading(150.0 if n == 13 else 60.0), "spo2": reading(80.0 if n == 17 else 97.0)},
        )
        for n in range(400)
    ]

    thinned = thin(columns([(one.time, pack(one)) for one in many]), 20)

    assert 150.0 in thinned.lines["hr"].value
    assert 80.0 in thinned.lines["spo2"].value


def test_nothing_kept_is_an_empty_picture():
    assert thin(columns([]), 100).time == []


def test_one_point_is_none():
    with pytest.raises(ValueError, match="2 or more"):
        thin(of([60.0]), 1)
