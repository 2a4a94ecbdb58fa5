"""A packet that comes again is known as long as it could do harm, in four bytes each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.signals.marks import FEWEST, MOST, SPAN_MS, Marks

START = 1_767_592_800_000
HOUR = 3_600_000


def kept(marks):
    return Marks(*marks.stored())


@pytest.mark.parametrize(("step", "known"), [(1000, 120), (10_000, FEWEST), (60_000, FEWEST)])
def test_two_minutes_of_packets_are_known_and_never_few(step, known):
    marks = Marks()
    for seq in range(500):
        assert not marks.repeated(seq, START + seq * step)

    again = kept(marks)

    assert all(again.repeated(seq, START + seq * step) for seq in range(500 - known, 500))
    assert len(again) <= 2 * max(known, SPAN_MS // step) + 1


def test_a_flood_of_packets_is_not_remembered_whole():
    marks = Marks()
    for seq in range(10_000):
        marks.repeated(seq, START + seq)

    assert MOST // 2 <= len(marks) <= MOST


@given(st.integers(0, 10**9), st.integers(-255, 255), st.integers(-HOUR, HOUR))
def test_packets_near_each_other_are_never_taken_for_each_other(seq, apart, later):
    marks = Marks()
    marks.repeated(seq + 255, START)

    assert marks.repeated(seq + 255 + apart, START + later) == (apart == later == 0)


@pytest.mark.parametrize("shift", range(1, 4))
def test_bytes_of_two_marks_are_no_third(shift):
    """A mark is looked for among bytes: what is found across two of them must not count."""
    probe = Marks()
    probe.repeated(7, START)
    wanted = probe.stored()[0]

    assert not Marks(b"\0" * shift + wanted + b"\0" * (4 - shift)).repeated(7, START)
