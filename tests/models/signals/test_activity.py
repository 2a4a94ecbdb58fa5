"""What a wearer is doing, as told by steps and movement."""

from __future__ import annotations

import pytest

from models.signals.activity import ASLEEP_AFTER, STALE_MINUTES, Activity

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
