"""The steady value of a vital is the median of its newest readings, kept to the bit."""

from __future__ import annotations

from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.signals.recent import RECENT, VITALS, Recent

MINUTE = 60_000
START = 1_767_592_800_000


def naive(readings):
    """The medians of readings (minute, value), by lists."""
    newest, out = list[tuple[int, float]](), list[float]()
    for minute, value in readings:
        if newest and minute < newest[-1][0]:
            out.append(value)
            continue
        newest = [r for r in [*newest, (minute, value)] if r[0] > minute - RECENT][-RECENT:]
        out.append(median(reading for _, reading in newest))
    return out


@given(st.lists(st.tuples(st.integers(-1, 9), st.integers(4000, 60_000)), max_size=40))
def test_it_is_the_median_whatever_comes(steps):
    recent, at, readings = Recent(), 0, []
    for step, count in steps:
        at += step
        readings.append((at, count / 200))

    told = [recent.put("hr", START + minute * MINUTE, value) for minute, value in readings]

    assert told == pytest.approx(naive(readings), rel=1e-12)


@pytest.mark.parametrize("gap", [RECENT, 4096, 4096 + RECENT, 10 * 4096 + 1])
def test_what_lies_long_back_does_not_count_however_long(gap):
    recent = Recent()
    recent.put("hr", START, 100.0)

    assert recent.put("hr", START + gap * MINUTE, 60.0) == 60.0


def test_each_vital_has_its_own_and_tells_its_newest():
    recent = Recent()
    for place, vital in enumerate(VITALS):
        recent.put(vital, START + place * MINUTE, 5.0 + place)

    assert [recent.newest(vital) for vital in VITALS] == [
        (START + place * MINUTE, 5.0 + place) for place in range(len(VITALS))
    ]


def test_nothing_was_read_at_first():
    assert Recent().newest("hr") is None


@given(st.lists(st.tuples(st.sampled_from(VITALS), st.integers(0, 60_000)), max_size=40))
def test_what_is_stored_goes_on_the_same(readings):
    recent = Recent()
    for minute, (vital, count) in enumerate(readings):
        recent.put(vital, START + minute * MINUTE, count / 200)

    assert Recent(bytes(recent)) == recent
