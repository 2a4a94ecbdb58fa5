"""Whether a reading comes back by itself: by so much, within the time, and not after a gap."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.policy.trend import Trend
from tests.models.policy.stories import MINUTE, START

SPAN = 10 * MINUTE


def course(readings, step=1):
    """Whether it improves at each reading, one every `step` minutes; None = no reading."""
    trend, found = Trend(), []
    for i, beyond in enumerate(readings):
        time = START + i * step * MINUTE
        if beyond is None:
            continue
        trend.take(time, beyond, SPAN)
        found.append(trend.improving(time, beyond, 2.0, SPAN))
    return found


def test_it_improves_once_it_has_come_back_far_enough():
    assert course([5.0, 4.0, 3.1, 3.0, 2.0]) == [False, False, False, True, True]


def test_it_improves_no_longer_when_it_stays():
    assert course([5.0, 3.0] + [3.0] * 20)[-5:] == [False] * 5


def test_a_slow_way_back_is_none():
    assert not any(course([10.0 - 0.1 * minute for minute in range(60)]))


def test_after_a_gap_it_starts_anew():
    assert course([8.0, None, None, None, 2.0, 1.0], step=5)[-2:] == [False, False]


def test_what_comes_late_changes_nothing():
    trend = Trend()
    trend.take(START, 5.0, SPAN)

    trend.take(START - MINUTE, 1.0, SPAN)

    assert trend == Trend(5.0, START, 5.0, START)


@given(st.lists(st.floats(0, 50), max_size=60))
def test_what_never_falls_never_improves(steps):
    level, readings = 0.0, []
    for step in steps:
        level += step
        readings.append(level)

    assert not any(course(readings))
