"""What people say to an alert: taken on, silenced for a time, answered."""

from __future__ import annotations

import pytest

from models.policy.life import HEARD, Life
from streams.records import Answer, Snooze
from tests.models.policy.stories import MINUTE, POLICY, START, Story, line, said, statuses

LOW = ("spo2", 88.0)
VERY_LOW = ("spo2", 80.0)


def out(level=1, vital=LOW):
    """A story with a desaturation that is out since minute 2."""
    story = Story()
    story.hold(range(10), "desaturation", level, vital)
    return story


def test_an_acknowledgement_shows_who_and_ends_reminders():
    story = out()

    [alert] = story.answer(10, "acknowledge", author="dr-lee")

    assert (alert.status, alert.acknowledged_by, alert.revision) == ("acknowledged", "dr-lee", 2)
    assert [(c.signal, c.value) for c in alert.contributions] == [LOW]
    assert story.hold(range(11, 300), "desaturation", 1, LOW) == []


def test_the_first_acknowledgement_counts():
    story = out()
    story.answer(10, "acknowledge", author="dr-lee")

    assert story.answer(11, "acknowledge", author="dr-wu") == []


def test_what_escalates_must_be_acknowledged_anew():
    story = out()
    story.answer(10, "acknowledge")

    told = story.hold(range(11, 30), "desaturation", 2, VERY_LOW)

    assert line(told)[0] == "escalated desaturation high"
    assert told[0].acknowledged_by is None
    assert "reminded" in statuses(told)


def test_a_snooze_shows_who_and_until_when():
    story = out()

    [alert] = story.answer(10, "snooze", minutes=60, author="dr-lee")

    assert alert.status == "snoozed"
    assert alert.snooze is not None
    assert (alert.snooze.until, alert.snooze.author) == (START + 70 * MINUTE, "dr-lee")


def test_a_snooze_expires_and_what_still_stands_is_told_again():
    story = out()
    story.answer(10, "snooze", minutes=60)

    told = story.hold(range(11, 80), "desaturation", 1, LOW)

    assert [(a.status, a.updated, a.snooze) for a in told] == [("reminded", START + 70 * MINUTE, None)]


def test_what_ended_while_it_was_snoozed_resolves_quietly():
    story = out()
    story.answer(10, "snooze", minutes=60)

    told = story.hold(range(11, 120), "desaturation", 0)

    assert statuses(told) == ["resolved"]


def test_a_snooze_outlasts_its_alert():
    """The same condition and side stays silent until then, also as a new alert; another one does not."""
    story = out()
    story.answer(10, "snooze", minutes=120)
    story.hold(range(11, 40), "desaturation", 0)

    silent = story.hold(range(40, 125), "desaturation", 1, LOW)
    other = story.hold(range(126, 150), "fever", 2, ("temp", 39.5))
    after = story.hold(range(150, 153), "desaturation", 1, LOW)

    assert silent == []
    assert "raised fever medium" in line(other)
    assert line(after) == ["raised desaturation medium"]


def test_a_graver_grade_breaks_through_a_snooze():
    story = out()
    story.answer(10, "snooze", minutes=600)

    told = story.hold(range(11, 14), "desaturation", 2, VERY_LOW)

    assert line(told) == ["escalated desaturation high"]
    assert told[0].snooze is None


def test_a_new_high_breaks_through_the_snooze_of_an_old_one():
    story = out(2, VERY_LOW)
    story.answer(10, "snooze", minutes=30)
    story.hold(range(11, 25), "desaturation", 0)

    told = story.hold(range(25, 29), "desaturation", 2, VERY_LOW)

    assert line(told) == ["raised desaturation high"]


def test_another_condition_that_turns_high_breaks_through_the_snooze_of_its_group():
    story = out(2, VERY_LOW)
    story.answer(10, "snooze", minutes=30)

    told = story.take(11, said(11, "desaturation", 2, VERY_LOW), said(11, "deterioration", 2, ("rr", 30.0)))
    for minute in range(12, 24):
        deterioration = said(minute, "deterioration", 2, ("rr", 30.0))
        told += story.take(minute, said(minute, "desaturation", 2, VERY_LOW), deterioration)

    assert line(told)[0] == "escalated desaturation high"
    assert told[0].also == ["deterioration"]


@pytest.mark.parametrize(("level", "minutes"), [(2, 30), (1, 24 * 60)])
def test_a_snooze_is_bounded_by_priority(level, minutes):
    story = out(level)

    [alert] = story.answer(10, "snooze", minutes=100_000)

    assert alert.snooze is not None
    assert alert.snooze.until == START + (10 + minutes) * MINUTE


def test_a_snooze_that_does_not_say_until_when_lasts_as_long_as_the_file_says():
    [alert] = out().answer(10, "snooze")

    assert alert.snooze is not None
    assert alert.snooze.until == START + 10 * MINUTE + POLICY.manners["medium"].snooze_ms


def test_a_snooze_can_say_how_long_from_when_it_is_heard_on():
    story = out()
    story.watch(range(11, 41), spo2=88.0)

    [alert] = story.answer(41, "snooze", for_s=600)

    assert alert.snooze is not None
    assert alert.snooze.until == START + 51 * MINUTE


@pytest.mark.parametrize("minutes", [0, -30])
def test_a_snooze_until_a_time_that_is_past_changes_nothing(minutes):
    story = out()
    story.answer(10, "snooze", minutes=60)

    assert story.answer(20, "snooze", minutes=minutes) == []
    assert [life.snoozed for life in story.judged.lives.values()] == [START + 70 * MINUTE]


def test_an_answer_shows_in_the_life_and_does_not_end_it():
    story = out()

    [alert] = story.answer(10, "answer", useful=False)

    assert (alert.status, alert.revision) == ("answered", 2)
    assert alert.answer == Answer(False, None, "dr-lee")
    assert story.judged.lives
    assert story.answer(11, "answer", useful=False) == []
    assert statuses(story.answer(12, "answer", useful=True)) == ["answered"]


def test_what_was_answered_last_is_shown_from_then_on():
    story = out()
    story.answer(10, "answer", useful=False, true_alarm=True)
    story.restart()
    story.answer(11, "answer", comment="was moving")

    told = [*story.answer(12, "acknowledge"), *story.hold(range(13, 60), "desaturation", 0)]

    assert statuses(told) == ["acknowledged", "resolved"]
    assert {alert.answer for alert in told} == {Answer(False, True, "dr-lee")}


def test_who_takes_an_alert_on_can_answer_at_once_also_when_it_was_taken_on_before():
    story = out()

    [alert] = story.answer(10, "acknowledge", useful=True)
    [other] = story.answer(11, "acknowledge", useful=True, author="dr-wu")

    assert (alert.status, alert.answer) == ("acknowledged", Answer(True, None, "dr-lee"))
    assert (other.status, other.acknowledged_by) == ("answered", "dr-lee")


def test_an_acknowledgement_leaves_a_snooze_as_it_is():
    story = out()
    story.answer(10, "snooze", minutes=60, author="dr-wu")

    [alert] = story.answer(11, "acknowledge")

    assert alert.snooze == Snooze(START + 70 * MINUTE, "dr-wu")
    assert story.hold(range(12, 300), "desaturation", 1, LOW) == []


def test_what_is_copied_again_after_a_crash_says_nothing_new():
    once, again = out(), out()
    for story in (once, again):
        story.answer(10, "acknowledge", id="first")
        story.answer(11, "snooze", id="second", minutes=60)
        story.restart()

    assert again.answer(12, "acknowledge", id="first") == []
    assert again.answer(12, "snooze", id="second", minutes=60) == []
    assert not again.case.unknown_feedback
    assert again.alerts == once.alerts


def test_the_same_said_anew_is_heard():
    story = out()

    [taken, silenced, taken_again] = [
        alert
        for minute, action in enumerate(("acknowledge", "snooze", "acknowledge"), 10)
        for alert in story.answer(minute, action, minutes=60)
    ]

    taken_on = [alert.acknowledged_by for alert in (taken, silenced, taken_again)]
    assert taken_on == ["dr-lee", None, "dr-lee"]


def test_an_alert_remembers_the_last_things_said():
    life = Life(START)

    assert all(life.hears(f"f{number}") for number in range(HEARD + 1))

    assert len(life.heard) == HEARD
    assert [life.hears(f"f{number}") for number in (HEARD, 1, 0)] == [False, False, True]


def test_an_answer_to_an_alert_that_nobody_knows_says_nothing_and_is_marked():
    story = out()

    assert story.answer(10, "acknowledge", "0" * 24) == []
    assert story.case.unknown_feedback
    assert story.answer(11, "acknowledge")
    assert not story.case.unknown_feedback


def test_a_decision_without_a_record_tells_what_is_due():
    story = out(2)

    assert statuses(story.take(11.9)) == []
    assert statuses(story.take(12)) == ["reminded"]


def test_a_condition_that_turns_high_is_told_of_although_the_alert_was_taken_on_but_only_once():
    story = out(2, VERY_LOW)
    story.answer(10, "acknowledge")

    told = []
    for minute in range(11, 200):
        deterioration = said(minute, "deterioration", 2 * int(minute % 60 < 30), ("rr", 30.0))
        told += story.take(minute, said(minute, "desaturation", 2, VERY_LOW), deterioration)
        if told and told[-1].status != "acknowledged":
            told += story.answer(minute, "acknowledge")

    assert statuses(told) == ["escalated", "acknowledged"]
