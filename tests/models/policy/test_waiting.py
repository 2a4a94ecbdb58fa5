"""What makes telling wait: a value on its way back, a lost sensor, too many alerts, people's answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.usefulness.counsel import Opinion
from tests.models.policy.stories import MINUTE, POLICY, START, Story, line, said, seen, statuses

LOW = ("spo2", 88.0)
VERY_LOW = ("spo2", 80.0)


def falling_short(story, first, last, start, step):
    """Readings of saturation from `start`, one a minute, each `step` more."""
    return [
        alert
        for minute in range(first, last)
        for alert in story.take(minute, seen(minute, spo2=start + step * (minute - first)))
    ]


# A value on its way back -----------------------------------------------------------------------


def test_nobody_is_reminded_of_what_improves():
    story = Story(replace(POLICY, manners=POLICY.manners | {"medium": brisk("medium", 5)}))
    story.watch(range(3), spo2=86.0)

    improving = falling_short(story, 3, 11, 86.5, 0.5)
    steady = story.watch(range(11, 30), spo2=90.0)

    assert statuses(improving) == []
    assert statuses(steady)[:1] == ["reminded"]


def brisk(priority, minutes):
    """Reminders every so many minutes."""
    return replace(POLICY.manners[priority], remind_ms=minutes * MINUTE)


def test_what_is_high_is_raised_and_reminded_of_although_it_improves():
    story = Story()

    told = falling_short(story, 0, 20, 70.0, 0.5)

    assert line(told)[0] == "raised desaturation high"
    assert statuses(told)[1:] == ["reminded"] * 3


def test_a_reading_that_only_wavers_does_not_improve():
    story = Story()

    told = [a for minute in range(6) for a in story.take(minute, seen(minute, spo2=88.0 + minute % 2))]

    assert line(told) == ["raised desaturation medium"]


# Hysteresis ------------------------------------------------------------------------------------


@pytest.mark.parametrize("every", [3, 5, 10, 30])
def test_a_saturation_that_is_measured_seldom_is_told_of_with_its_second_reading(every):
    told = Story().watch(range(0, 4 * every, every), spo2=80.0)

    assert line(told)[0] == "raised desaturation high"
    assert (told[0].updated - START) // MINUTE == every + 1


def test_dips_with_good_readings_in_between_are_no_run():
    story = Story()

    told = [a for m in range(60) for a in story.watch([m], spo2=80.0 if m % 5 == 0 else 97.0)]

    assert told == []


def test_the_edge_to_clear_is_not_the_edge_to_raise():
    """Raised at 90 or less, clear from 91 on: what hovers between is one alert."""
    story = Story()
    story.watch(range(5), spo2=90.0)

    between = story.watch(range(5, 60), spo2=90.5)
    after = story.watch(range(60, 80), spo2=91.0)

    assert between == []
    assert line(after) == ["resolved desaturation medium"]


# A sensor that is off --------------------------------------------------------------------------


def without(story, minutes, cause="contact"):
    return [a for m in minutes for a in story.take(m, seen(m, {"spo2": cause}, hr=70.0))]


def own(alerts):
    return [alert for alert in alerts if alert.condition == "desaturation"]


def test_a_sensor_that_is_off_silences_its_alert_and_says_so_once():
    story = Story(replace(POLICY, manners=POLICY.manners | {"medium": brisk("medium", 10)}))
    story.watch(range(4), spo2=88.0)

    told = own(without(story, range(4, 200)))

    assert [(alert.status, alert.cause) for alert in told] == [("reminded", "sensor off")]


def test_nothing_resolves_because_its_sensor_fell_off():
    """Calm before the loss and one calm reading after it are not ten minutes of calm."""
    story = Story()
    story.watch(range(4), spo2=88.0)
    story.watch(range(4, 12), spo2=97.0)
    without(story, range(12, 40))

    back = story.watch(range(40, 45), spo2=97.0)
    calm = story.watch(range(45, 55), spo2=97.0)

    assert own(back) == []
    assert line(own(calm)) == ["resolved desaturation medium"]


def test_what_is_never_measured_again_lapses_and_does_not_count_as_well():
    story = Story()
    story.watch(range(4), spo2=88.0)

    told = own([a for minute in range(4, 1600, 4) for a in without(story, [minute])])

    assert (told[-1].status, told[-1].cause) == ("resolved", "not judged any more")


def test_a_sensor_that_is_back_lets_reminders_go_on():
    story = Story()
    story.watch(range(4), spo2=80.0)
    without(story, range(4, 30))

    [alert, *_] = [a for a in story.watch(range(30, 40), spo2=80.0) if a.status == "reminded"]

    assert alert.cause is None


def test_a_high_alert_goes_on_being_told_while_its_sensor_is_off():
    story = Story()
    story.watch(range(4), spo2=80.0)

    told = own(without(story, range(4, 4 + 200)))

    minutes = [(alert.updated - START) // MINUTE for alert in told]
    assert list(zip(minutes, [alert.cause for alert in told], strict=True)) == [
        (7, None), (8, "sensor off"), (68, "sensor off"), (128, "sensor off"), (188, "sensor off"),
    ]  # fmt: skip


def test_one_calm_minute_before_its_sensor_is_lost_does_not_silence_a_high_alert():
    story = Story()
    story.watch(range(4), spo2=80.0)
    story.watch([4], spo2=97.0)

    told = own(without(story, range(5, 200)))

    assert [(alert.status, alert.cause) for alert in told] == 4 * [("reminded", "sensor off")]


def test_one_calm_minute_before_a_silence_does_not_silence_a_high_alert():
    story = Story()
    story.watch(range(4), spo2=80.0)
    story.watch([4], spo2=97.0)
    story.take(35, silent_since=START + 4 * MINUTE)

    told = [alert for minute in range(40, 240, 5) for alert in story.take(minute, nudged=True)]

    assert line(told) == 3 * ["reminded desaturation high"]


def test_silence_holds_what_is_out_and_says_so():
    story = Story()
    story.watch(range(4), spo2=88.0)

    told = story.take(20, silent_since=START, silence="battery")

    assert [(a.condition, a.status, a.cause) for a in told] == [
        ("stale_data", "raised", "battery"),
        ("desaturation", "reminded", "no data"),
    ]


def test_what_is_out_lapses_in_a_silence_as_it_does_without_readings():
    story = Story()
    story.watch(range(4), spo2=80.0)
    story.take(35, silent_since=START + 4 * MINUTE)

    told = [alert for minute in range(40, 1500, 5) for alert in story.take(minute, nudged=True)]

    assert (told[-1].status, told[-1].cause) == ("resolved", "not judged any more")
    assert told[-1].updated > START + 24 * 60 * MINUTE
    assert list(story.judged.lives) == ["stale_data"]


def test_an_alert_of_days_does_not_wait_for_a_sensor():
    story = Story()
    story.hold(range(1), "illness", 1, ("hr", 72.0))

    assert [
        a for m in range(1, 30) for a in story.take(m, seen(m, {"hr": "contact"})) if a.condition == "illness"
    ] == []


# Too many alerts -------------------------------------------------------------------------------


def flapping(story, minutes, course="rhythm"):
    return [
        alert
        for minute in minutes
        for alert in story.take(minute, said(minute, course, int(minute % 30 < 15)))
    ]


def test_one_kind_of_alert_is_raised_twice_an_hour_at_most_and_the_rest_is_counted():
    story = Story()

    told = [alert for alert in flapping(story, range(240), "glucose_forecast") if alert.status == "raised"]
    assert all(b.onset - a.onset >= 25 * MINUTE for a, b in zip(told, told[2:], strict=False))

    story = Story(replace(POLICY, course_hour=1))
    told = [alert for alert in flapping(story, range(120)) if alert.status == "raised"]
    assert [alert.suppressed for alert in told] == [0, 1]


def test_what_waited_is_raised_when_there_is_room_again():
    story = Story(replace(POLICY, course_hour=1))
    flapping(story, range(30))

    told = story.hold(range(30, 90), "rhythm", 1)

    assert line(told) == ["raised rhythm medium"]
    assert told[0].updated == story.alerts[0].updated + 60 * MINUTE
    assert told[0].suppressed == 0


def test_what_another_alert_has_told_of_as_held_back_is_not_counted_below_none():
    story = Story(replace(POLICY, course_hour=1))
    flapping(story, range(45))
    low = ("glucose", 50.0)

    told = [
        alert
        for minute in range(45, 90)
        for alert in story.take(minute, said(minute, "rhythm", 1), said(minute, "glucose:low", 3, low))
        if alert.status == "raised"
    ]

    assert [(alert.condition, alert.suppressed) for alert in told] == [("glucose", 1), ("rhythm", 0)]


def test_what_is_high_is_never_limited():
    story = Story(replace(POLICY, course_hour=1))

    told = [a for m in range(300) for a in story.take(m, said(m, "desaturation", 2 * int(m % 20 < 5)))]

    assert line(told).count("raised desaturation high") == 15


def test_what_comes_once_is_never_made_to_wait():
    story = Story(replace(POLICY, course_hour=1), usefulness=Says(0.1, 60))

    told = [story.take(m, silent_since=START) + story.take(m + 1, returned=True) for m in range(0, 60, 10)]

    assert [statuses(pair) for pair in told] == [["raised", "resolved"]] * 6


# People's answers ------------------------------------------------------------------------------


class Says:
    """Counsel that always says the same, and keeps what it is told."""

    def __init__(self, usefulness, extra_minutes):
        self.said, self.told, self.answers = Opinion(usefulness, extra_minutes * MINUTE), [], []

    def opinion(self, situation):
        return self.said if situation.priority != "high" else Opinion(self.said.usefulness, 0)

    def raised(self, alert, situation, now):
        self.told.append((alert, situation.condition, situation.priority, now))

    def answered(self, feedback, now):
        self.answers.append(feedback.useful)
        return True


@pytest.mark.parametrize(("extra", "raised"), [(0, 15), (10, 25), (600, 75)])
def test_answers_make_evidence_last_longer_within_the_bound_of_the_file(extra, raised):
    story = Story(usefulness=Says(0.2, extra))

    [alert] = story.hold(range(100), "fever", 1, ("temp", 38.5))

    assert alert.updated == START + raised * MINUTE
    assert (alert.usefulness, alert.delayed_s) == (0.2, (raised - 15) * 60)
    assert story.usefulness.told == [(alert.id, "fever", "low", alert.updated)]


def test_answers_never_delay_what_is_high():
    story = Story(usefulness=Says(0.0, 60))

    told = story.hold(range(5), "desaturation", 2, VERY_LOW)

    assert [(a.priority, a.updated, a.delayed_s) for a in told] == [("high", START + 2 * MINUTE, 0)]


def test_an_answer_to_an_alert_that_is_over_is_still_learnt_from():
    story = Story(usefulness=Says(None, 0))
    story.hold(range(5), "desaturation", 1, LOW)
    story.hold(range(5, 20), "desaturation", 0)

    assert story.answer(30, "answer", useful=False) == []
    assert story.usefulness.answers == [False]
    assert not story.case.unknown_feedback
