"""A packet's columns say when each sample was measured; intervals follow each other as they are kept."""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.signals.columns import LATEST, beat_times, columns_of
from models.signals.counts import counted
from streams.records import Column, VitalsPacket

START = 1_767_592_800_000


def ends(values):
    """When intervals end, ms after START."""
    times = beat_times(Column(START, values), counted("ibi", values))
    return [time - START for time in times]


def test_beats_end_one_after_the_other():
    assert ends([800.0, 810.5, 790.0]) == [800, 1610, 2400]


def test_a_broken_interval_takes_its_time_too():
    assert ends([800.0, 0.0, 6000.0, 800.0]) == [800, 800, 6800, 7600]


@given(st.lists(st.floats(200, 4000), min_size=1, max_size=50))
def test_beats_are_no_further_off_than_their_rounding(values):
    exact = accumulate(values)

    assert all(abs(end - time) <= 1 + len(values) / 32 for end, time in zip(ends(values), exact, strict=True))


@pytest.mark.parametrize("values", [[800.0, -1.0], [800.0, 1e300], [800.0] * 9 + [float(LATEST)]])
def test_intervals_that_make_no_time_line_are_refused(values):
    with pytest.raises(ValueError, match="follow each other"):
        ends(values)


def test_a_packet_is_its_columns_and_what_it_speaks_for():
    signals = {"hr": Column(START, [60.0, 61.25], 1000), "ibi": Column(START, [800.0, 900.0])}

    columns, first, last = columns_of(VitalsPacket("ann", "watch", 1, signals))

    assert {name: (list(times), counts.tolist()) for name, (times, counts) in columns.items()} == {
        "hr": ([START, START + 1000], [6000, 6125]),
        "ibi": ([START + 800, START + 1700], [12_800, 14_400]),
    }
    assert (first, last) == (START, START + 2000)
