"""Alerts of one cause are one: the first takes in the others, and nothing urgent hides behind it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.models.policy.stories import POLICY, Story, line, said, statuses

SPO2 = ("spo2", 88.0)
RR = ("rr", 28.0)


def both(story, minutes, saturation, breathing):
    return [
        alert
        for minute in minutes
        for alert in story.take(
            minute,
            said(minute, "desaturation", saturation, SPO2),
            said(minute, "deterioration", breathing, RR),
        )
    ]


def test_saturation_and_respiratory_rate_together_are_one_alert():
    story = Story()

    told = both(story, range(20), 1, 1)

    assert line(told) == ["raised desaturation medium", "reminded desaturation medium"]
    assert {alert.id for alert in told} == {told[0].id}
    assert told[1].also == ["deterioration"]
    assert {c.signal for c in told[1].contributions} == {"spo2", "rr"}


def test_a_member_that_is_more_urgent_escalates_and_speaks():
    story = Story()

    told = both(story, range(11), 1, 2)

    assert line(told) == ["raised desaturation medium", "escalated desaturation high"]
    assert told[-1].title == POLICY.rules["deterioration"].title
    assert told[-1].contributions[0].signal == "rr"


def test_it_is_told_anew_for_a_member_once_only():
    story = Story()
    story.hold(range(20), "deterioration", 1, RR)

    told = []
    for minute in range(20, 60):
        found = [said(minute, course, 1) for course in ("deterioration", "desaturation", "fever", "anomaly")]
        told += story.take(minute, *found)

    assert statuses(told) == ["reminded"]
    assert story.answer(60, "answer", useful=True)[0].also == ["desaturation", "fever", "anomaly"]


def test_a_member_that_turns_high_is_told_of_although_another_was_taken_on_as_high():
    story = Story()
    both(story, range(11), 1, 2)
    story.answer(11, "acknowledge")

    told = both(story, range(12, 20), 2, 2)

    assert line(told)[0] == "escalated desaturation high"
    assert told[0].acknowledged_by is None
    story.answer(20, "acknowledge")
    story.restart()
    both(story, range(21, 30), 1, 2)
    assert both(story, range(30, 60), 2, 2) == []


def test_it_ends_when_all_members_have_ended():
    story = Story()
    both(story, range(20), 1, 1)

    assert both(story, range(20, 45), 0, 1) == []
    assert line(both(story, range(45, 80), 0, 0)) == ["resolved desaturation medium"]
    assert story.judged.lives == {}


def test_what_a_member_says_is_what_would_clear_it():
    story = Story()

    told = both(story, range(20), 1, 1)

    rules = POLICY.rules
    assert told[-1].clears == f"{rules['desaturation'].clears} and {rules['deterioration'].clears}"


def test_conditions_without_a_common_group_have_alerts_of_their_own():
    story = Story()

    story.hold(range(20), "desaturation", 1, SPO2)
    told = story.hold(range(20, 40), "fever", 1, ("temp", 38.5))

    assert "raised fever low" in line(told)


def test_a_side_that_a_group_does_not_name_is_no_part_of_it():
    story = Story()
    story.hold(range(5), "glucose_forecast", 1)

    high = story.hold(range(5, 40), "glucose:high", 1, ("glucose", 300.0))
    low = story.hold(range(40, 55), "glucose:low", 2, ("glucose", 60.0))

    assert "raised glucose low" in line(high)
    assert "escalated glucose_forecast medium" in line(low)


def test_history_does_not_join_what_is_now():
    story = Story()
    story.hold(range(300, 320), "desaturation", 1, SPO2)

    told = [a for m in range(100, 120) for a in story.take(m, said(m, "deterioration", 1, RR), late=220)]

    assert [(a.status, a.historic, a.also) for a in told] == [("raised", True, [])]


@pytest.mark.parametrize("shares", [(1.0, 1.0), (0.6, 0.4)])
def test_shares_of_merged_reasons_add_up_to_one_at_most(shares):
    story = Story()
    for minute in range(20):
        saturation, breathing = said(minute, "desaturation", 1, SPO2), said(minute, "deterioration", 1, RR)
        for found, share in zip((saturation, breathing), shares, strict=True):
            [reason] = found.contributions
            found.contributions = [type(reason)(reason.signal, reason.value, reason.unit, share=share)]
        story.take(minute, saturation, breathing)

    assert 0.0 < sum(c.share for c in story.alerts[-1].contributions) <= 1.0


def test_groups_can_be_turned_off_in_the_file():
    story = Story(replace(POLICY, groups={}))

    assert statuses(both(story, range(20), 1, 1)) == ["raised", "raised"]
