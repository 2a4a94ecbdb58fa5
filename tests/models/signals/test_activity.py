"""What a wearer is doing, as told by steps and movement."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.signals.activity import ASLEEP_AFTER, ASLEEP_STEPLESS, STALE_MINUTES, Activity

MINUTE = 60_000
NOON = 1_767_614_400_000
"""2026-01-05T12:00:00Z."""
NIGHT = NOON + 11 * 60 * MINUTE


def contexts(minutes, start=NOON, utc_offset=0):
    activity = Activity()
    return [activity.update(start + i * MINUTE, *m, utc_offset) for i, m in enumerate(minutes)]


def test_sitting_is_rest():
    assert contexts([(0, 10.0)]) == ["rest"]


@pytest.mark.parametrize("minute", [(20, 5.0), (0, 45.0), (20, None), (None, 60.0)])
def test_steps_or_movement_are_activity(minute):
    assert contexts([minute]) == ["active"]


def test_recovery_lasts_as_long_as_the_effort_did():
    assert contexts([(100, 200.0)] * 3 + [(0, 5.0)] * 4) == ["active"] * 3 + ["recovering"] * 3 + ["rest"]


def test_recovery_has_an_end_after_a_long_effort():
    assert contexts([(100, 200.0)] * 120 + [(0, 5.0)] * 31)[-2:] == ["recovering", "rest"]


def test_lying_still_at_night_is_sleep_after_a_while():
    told = contexts([(0, 1.0)] * 60, NIGHT)

    assert "asleep" not in told[: ASLEEP_AFTER - 1]
    assert told[-1] == "asleep"


def test_lying_still_at_noon_is_rest():
    assert contexts([(0, 1.0)] * 60, NOON)[-1] == "rest"


def test_night_is_local():
    assert contexts([(0, 1.0)] * 60, NOON, utc_offset=11 * 60)[-1] == "asleep"
    assert contexts([(0, 1.0)] * 60, NIGHT, utc_offset=-11 * 60)[-1] == "rest"


def test_without_movement_data_nothing_is_said():
    assert contexts([(None, None)]) == ["unknown"]


def test_a_short_lack_of_movement_data_keeps_the_context():
    told = contexts([(0, 10.0)] + [(None, None)] * (STALE_MINUTES + 1))

    assert told == ["rest"] * (STALE_MINUTES + 1) + ["unknown"]


def test_an_old_minute_does_not_change_what_is_known():
    activity = Activity()
    activity.update(NOON, 0, 5.0, 0)

    assert activity.update(NOON - 60 * MINUTE, 500, 900.0, 0) == "rest"
    assert activity.effort == 0


def watch(start, *minutes):
    """A watch that tells of steps and pulse only, from `start` on: its contexts."""
    activity = Activity()
    return [activity.update(start + i * MINUTE, s, None, 0, hr) for i, (s, hr) in enumerate(minutes)]


SITTING, SLEEPING, WALKING = (0, 72.0), (0, 58.0), (90, 105.0)


def test_steps_and_pulse_tell_sleep_once_waking_rest_is_known():
    told = watch(NOON, *[SITTING] * 600, *[SLEEPING] * 300)

    assert set(told[:600]) == {"rest"}
    assert told[-1] == "asleep"


def test_sitting_still_at_night_with_a_waking_pulse_is_rest():
    assert watch(NOON, *[SITTING] * 900)[-1] == "rest"


def test_who_was_never_seen_awake_is_at_rest_not_asleep():
    assert set(watch(NIGHT, *[SLEEPING] * 240)) == {"rest"}


def test_a_short_stillness_at_night_is_no_sleep_where_only_steps_tell():
    told = watch(NOON, *[SITTING] * 660, WALKING, *[SLEEPING] * ASLEEP_STEPLESS)

    assert "asleep" not in told[661:-1]


def test_steps_wake_the_sleeper():
    assert watch(NOON, *[SITTING] * 600, *[SLEEPING] * 300, WALKING)[-1] == "active"


def test_a_pulse_on_its_way_down_lengthens_the_recovery():
    falling = [(0, 120.0 - 3 * i) for i in range(10)]
    told = watch(NOON, *[SITTING] * 120, *[(120, 130.0)] * 4, *falling)

    assert told[-10:].count("recovering") > 4


def test_a_pulse_that_stays_high_does_not():
    told = watch(NOON, *[SITTING] * 120, *[(120, 130.0)] * 4, *[(0, 130.0)] * 10)

    assert told[-10:].count("recovering") <= 5
    assert told[-1] == "rest"


@given(st.lists(st.floats(30, 220), min_size=1, max_size=60))
def test_the_pulse_alone_never_tells_of_activity_or_rest(pulses):
    activity = Activity()

    told = [activity.update(NOON + i * MINUTE, None, None, 0, hr) for i, hr in enumerate(pulses)]
    assert set(told) == {"unknown"}


@given(st.lists(st.tuples(st.integers(0, 19), st.floats(30, 220)), min_size=1, max_size=90))
def test_no_pulse_makes_a_still_minute_active(minutes):
    assert "active" not in watch(NOON, *minutes)


def test_what_the_pulse_of_rest_is_hardly_moves_with_an_episode():
    activity = Activity()
    for i in range(400):
        activity.update(NOON + i * MINUTE, 0, None, 0, 160.0 if i >= 320 else 70.0)

    assert activity.calm < 75
