"""An alert of several conditions is as urgent as the gravest of them that is not over."""

from __future__ import annotations

import pytest

from tests.models.policy.stories import MINUTE, POLICY, START, Story, line, said, statuses

FAST = "resting_heart_rate:high"

OWN = ("rr", 19.0)


def both(story, minutes, pulse, unusual, rate=140.0):
    return [
        alert
        for minute in minutes
        for alert in story.take(
            minute, said(minute, FAST, pulse, ("hr", rate)), said(minute, "anomaly", unusual, OWN)
        )
    ]


def fast_and_unusual():
    story = Story()
    both(story, range(20), 2, 1)
    return story


def test_the_drop_is_told_once_when_the_gravest_has_cleared():
    story = fast_and_unusual()

    told = both(story, range(20, 90), 0, 1)

    assert line(told) == ["reminded resting_heart_rate low"]
    assert told[0].title == POLICY.rules["anomaly"].title
    assert [c.signal for c in told[0].contributions] == ["rr"]
    assert told[0].probability is None
    assert told[0].updated == START + 30 * MINUTE


def test_until_it_has_cleared_nobody_is_reminded_of_it_as_high_for_a_milder_one():
    story = fast_and_unusual()

    told = both(story, range(20, 30), 0, 1)

    assert told == []
    assert story.judged.lives[FAST].rank == 4


def test_after_the_drop_it_is_reminded_of_as_what_is_left():
    story = fast_and_unusual()

    told = both(story, range(20, 20 + 5 * 60), 0, 1)

    assert line(told) == ["reminded resting_heart_rate low"] * 2
    assert told[1].updated - told[0].updated == POLICY.manners["low"].remind_ms


def test_what_rises_again_escalates_again():
    story = fast_and_unusual()
    both(story, range(20, 40), 0, 1)
    story.restart()

    told = both(story, range(40, 60), 2, 1)

    assert line(told)[:2] == ["escalated resting_heart_rate medium", "escalated resting_heart_rate high"]
    assert told[0].title == POLICY.rules["resting_heart_rate"].title


@pytest.mark.parametrize(("action", "status"), [("acknowledge", "acknowledged"), ("snooze", "snoozed")])
def test_what_people_have_in_hand_stays_so_at_the_drop(action, status):
    story = fast_and_unusual()
    story.answer(20, action)

    told = both(story, range(21, 34), 0, 1)

    assert [(alert.status, alert.priority) for alert in told] == [(status, "low")]


def test_a_taken_on_alert_that_dropped_and_rises_again_escalates():
    story = fast_and_unusual()
    story.answer(20, "acknowledge")
    both(story, range(21, 40), 0, 1)

    told = both(story, range(40, 51), 2, 1)

    assert line(told) == [f"escalated resting_heart_rate {priority}" for priority in ("medium", "high")]
    assert told[0].acknowledged_by is None


def test_a_rate_that_stays_at_its_edge_is_not_over():
    story = fast_and_unusual()

    told = [
        alert
        for minute in range(20, 60)
        for alert in story.take(minute, said(minute, FAST, 0, beyond=-1.0), said(minute, "anomaly", 1, OWN))
    ]

    assert "low" not in {alert.priority for alert in told}


def test_two_that_are_as_urgent_leave_one_without_a_word():
    story = Story()
    both(story, range(20), 2, 0)
    story.hold(range(20, 40), "deterioration", 2, OWN)

    told = [
        alert
        for minute in range(40, 70)
        for alert in story.take(minute, said(minute, FAST, 0), said(minute, "deterioration", 2, OWN))
    ]

    assert set(statuses(told)) == {"reminded"}
    assert {alert.priority for alert in told} == {"high"}
    assert told[-1].title == POLICY.rules["deterioration"].title


def test_the_end_has_the_title_of_the_condition_it_is_kept_under():
    story = fast_and_unusual()
    both(story, range(20, 40), 0, 1)

    told = both(story, range(40, 90), 0, 0)

    assert line(told) == ["resolved resting_heart_rate low"]
    assert told[0].title == POLICY.rules["resting_heart_rate"].title
    assert told[0].also == ["anomaly"]


def test_values_of_what_has_come_back_are_not_told_while_another_stands():
    story = fast_and_unusual()
    both(story, range(20, 23), 0, 1)

    [answered] = story.answer(23, "answer", useful=True)

    assert [c.signal for c in answered.contributions] == ["rr"]


def test_a_long_term_risk_is_never_history():
    story = Story()

    [told] = story.take(0, said(0, "long_term_risk", 1), late=600)

    assert (told.status, told.historic) == ("raised", False)
