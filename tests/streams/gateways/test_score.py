"""Scoring alerts against the ground truth."""

from __future__ import annotations

import pytest

from streams.gateways.simulator import Episode, score
from streams.gateways.simulator.matching import true_alarm
from streams.records import Alert, Source

MINUTE = 60_000
DAY = 86_400_000
FEVER = Episode("w", "fever", 10 * MINUTE, 20 * MINUTE)


def alert(onset, *, identity="a", condition="fever", priority="medium", wearer="w", revision=1):
    source = Source("vitals", 0, 0)
    return Alert(identity, revision, wearer, condition, "raised", priority, "", onset, onset, source)


def judge(truth, alerts, end=DAY):
    return score(truth, alerts, wearers=1, start=0, end=end)


@pytest.mark.parametrize(
    ("onset", "found"),
    [(10, True), (20, True), (30, True), (9.9, False), (30.1, False)],
)
def test_found_from_the_start_to_ten_minutes_after_the_end(onset, found):
    result = judge([FEVER], [alert(round(onset * MINUTE))])

    assert (result.episodes_found, result.false_alerts) == (int(found), int(not found))


def test_another_wearers_alert_neither_finds_nor_is_explained():
    result = judge([FEVER], [alert(15 * MINUTE, wearer="other")])

    assert (result.episodes_found, result.false_alerts) == (0, 1)


def test_another_condition_in_time_is_no_false_alert_but_does_not_find():
    result = judge([FEVER], [alert(15 * MINUTE, condition="anomaly")])

    assert (result.episodes_found, result.false_alerts, result.other_condition) == (0, 0, 1)


def test_info_is_never_false_and_can_find():
    loss = Episode("w", "stale_data", 0, 50 * MINUTE)

    result = judge([loss], [
        alert(30 * MINUTE, condition="stale_data", priority="info"),
        alert(500 * MINUTE, identity="b", condition="collect_again", priority="info"),
    ])  # fmt: skip

    assert (result.episodes_found, result.false_alerts) == (1, 0)


def test_revisions_are_one_alert_and_an_escalated_one_counts_as_loud():
    revisions = [
        alert(500 * MINUTE, priority="info"),
        alert(500 * MINUTE, priority="high", revision=2),
    ]

    assert judge([], revisions).false_alerts == 1


def test_false_alerts_are_told_per_wearer_day():
    alerts = [alert(i * MINUTE, identity=str(i)) for i in range(3)]

    assert score([], alerts, wearers=2, start=0, end=3 * DAY).false_alerts_per_wearer_day == 0.5


def test_an_unfinished_episode_is_not_planted_but_explains():
    result = judge([FEVER], [alert(15 * MINUTE)], end=16 * MINUTE)

    assert (result.episodes_planted, result.false_alerts) == (0, 0)


def test_companions_are_counted_apart():
    sepsis = Episode("w", "deterioration", 10 * MINUTE, 20 * MINUTE)
    along = Episode("w", "fever", 10 * MINUTE, 20 * MINUTE, primary=False)

    result = judge([sepsis, along], [alert(12 * MINUTE)])

    assert (result.episodes_planted, result.episodes_found) == (1, 0)
    assert (result.companions_planted, result.companions_found) == (1, 1)
    assert result.missed == [sepsis]


HOUR = 60 * MINUTE


def joined(minute, *, also=(), priority="low", revision=2, identity="a", status="escalated"):
    source = Source("vitals", 0, 0)
    return Alert(
        identity,
        revision,
        "w",
        "anomaly",
        status,
        priority,
        "",
        MINUTE,
        minute * MINUTE,
        source,
        also=list(also),
    )


def test_a_condition_that_joins_an_alert_in_time_is_found():
    result = judge([FEVER], [joined(1, revision=1), joined(15, also=["fever"])])

    assert (result.episodes_found, result.false_alerts) == (1, 0)
    assert result.delays_ms == {"fever": [5 * MINUTE]}


def test_a_condition_that_joined_before_the_episode_does_not_find_it():
    answered = joined(15, also=["fever"], revision=3, status="answered")

    result = judge([FEVER], [joined(1, revision=1), joined(5, also=["fever"]), answered])

    assert (result.episodes_found, result.false_alerts) == (0, 1)


def test_alerts_are_counted_by_the_highest_priority_of_their_life():
    alerts = [
        alert(500 * MINUTE, priority="low"),
        alert(500 * MINUTE, priority="high", revision=2),
        alert(600 * MINUTE, identity="b", priority="info"),
    ]

    result = judge([], alerts)

    assert result.alerts_by_priority == {"high": 1, "info": 1}
    assert result.false_by_priority == {"high": 1}


def test_an_illness_is_told_within_its_own_grace_and_explains_only_what_fits_it():
    ill = Episode("w", "illness", 0, 5 * DAY)
    alerts = [
        alert(6 * DAY, condition="illness", identity="a"),
        alert(2 * DAY, condition="anomaly", identity="b"),
        alert(2 * DAY, condition="desaturation", identity="c"),
    ]

    result = judge([ill], alerts, end=8 * DAY)

    assert (result.episodes_found, result.false_by_condition) == (1, {"desaturation": 1})


def test_a_shifted_sensor_explains_no_alert_of_illness():
    result = judge([Episode("w", "sensor_drift", 0, 5 * DAY)], [alert(DAY, condition="illness")], end=8 * DAY)

    assert (result.episodes_found, result.false_alerts) == (0, 1)


def test_an_illness_may_be_told_the_day_after_a_fever():
    result = judge([FEVER], [alert(24 * HOUR, condition="illness")], end=2 * DAY)

    assert result.false_alerts == 0


def test_an_honest_person_answers_by_the_truth():
    assert true_alarm([FEVER], alert(15 * MINUTE))
    assert not true_alarm([FEVER], alert(15 * HOUR))


def test_a_reminder_of_a_condition_that_joined_earlier_finds_a_new_episode():
    later = Episode("w", "fever", 300 * MINUTE, 400 * MINUTE)
    life = [joined(1, revision=1), joined(15, also=["fever"]), joined(310, also=["fever"], revision=3)]

    result = judge([FEVER, later], life)

    assert result.episodes_found == 2
    assert result.delays_ms == {"fever": [5 * MINUTE, 10 * MINUTE]}


def test_the_end_of_an_alert_or_an_answer_to_it_finds_nothing():
    later = Episode("w", "fever", 300 * MINUTE, 400 * MINUTE)
    life = [joined(1, revision=1), joined(310, also=["fever"], revision=2, status="resolved")]

    assert judge([later], life).episodes_found == 0
