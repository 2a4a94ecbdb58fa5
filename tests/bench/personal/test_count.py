"""Figures of a study, from alerts and truth."""

from __future__ import annotations

from bench.personal import count
from bench.personal.figures import ByCondition
from streams.gateways.simulator import Treatment
from streams.records import Response
from tests.bench.personal.outcomes import DAY, alert, episode, outcome


def test_false_alerts_are_told_per_wearer_day_and_by_priority() -> None:
    alerts = [alert("a", "anomaly", 3, priority="low"), alert("b", "rhythm", 5, priority="high")]

    found = count.system([outcome([], alerts)])

    assert found.alerts == {"high": 0.0357, "medium": 0.0, "low": 0.0357, "info": 0.0}
    assert (found.false_urgent, found.false_all) == (0.0357, 0.0714)
    assert found.false_conditions == {"anomaly": 1, "rhythm": 1}


def test_share_and_delay_by_condition() -> None:
    truth = [episode("fever", 1, 1.1), episode("fever", 2, 2.1)]

    found = count.system([outcome(truth, [alert("a", "fever", 1.05)])])

    assert (found.planted, found.found, found.recall) == (2, 1, 0.5)
    assert found.conditions["fever"] == ByCondition(2, 1, 72.0, 72.0)


def test_conditions_of_days_are_judged_apart_from_episodes() -> None:
    found = count.system([outcome([episode("illness", 6, 12)], [])])

    assert (found.planted, found.conditions["illness"].planted) == (0, 1)


def test_an_illness_told_within_two_days_and_one_told_later() -> None:
    truth = [episode("illness", 5, 10), episode("illness", 5, 10, "bob")]
    alerts = [alert("a", "illness", 6.9), alert("b", "illness", 8, wearer="bob")]

    found = count.illness([outcome(truth, alerts)])

    assert (found.planted, found.found, found.within_48_h) == (2, 2, 1)
    assert found.hours_to_80_percent == 72.0


def test_an_illness_is_at_its_height_three_days_after_its_first_rise() -> None:
    truth = [episode("illness", 5, 12), episode("illness", 5, 12, "bob")]
    alerts = [alert("a", "illness", 9.9), alert("b", "illness", 10.1, wearer="bob")]

    found = count.illness([outcome(truth, alerts)])

    assert (found.within_48_h, found.within_48_h_of_height, found.found) == (0, 1, 2)


def test_days_after_what_moves_the_nights_are_told_apart() -> None:
    truth = [episode("fever", 3, 3.1, "bob", temp_to=39.0), episode("stale_data", 8, 8.1, "bob")]
    alerts = [alert("a", "illness", 4.3, wearer="bob"), alert("a", "illness", 6.1, wearer="bob", ended=True)]

    found = count.illness([outcome(truth, alerts)])

    # Of bob's three alert days one comes in the day and a half after the fever, which takes two days away.
    assert (found.days_outside, found.alert_days_outside) == (28, 3)
    assert (found.days_free, found.alert_days_free) == (26, 2)


def test_four_of_five_are_not_found_when_one_of_two_is_missed() -> None:
    truth = [episode("illness", 5, 10), episode("illness", 5, 10, "bob")]

    assert count.illness([outcome(truth, [alert("a", "illness", 6.9)])]).hours_to_80_percent is None


def test_alert_days_count_from_raise_to_end_on_days_that_are_well() -> None:
    alerts = [alert("a", "illness", 2.2, wearer="bob"), alert("a", "illness", 4.1, wearer="bob", ended=True)]

    found = count.illness([outcome([episode("illness", 5, 10)], alerts)])

    # Ann is well for 5 days before and the two after a day and a half of grace, Bob for all 14.
    assert (found.days_outside, found.alert_days_outside) == (14 + 5 + 2, 3)
    assert round(found.per_140, 2) == 20.0


def test_a_shift_told_as_illness_is_not_recognised() -> None:
    truth = [episode("sensor_drift", 5, 14, **{"sensor.hr": 6.0})]

    found = count.drift([outcome(truth, [alert("a", "illness", 6)])])

    assert (found.planted, found.recognised, found.as_illness) == (1, 0, 1)
    assert found.by_signal == {"hr": (0, 1)}


def test_a_shift_told_of_a_sensor_that_has_not_shifted_is_unfounded() -> None:
    truth = [episode("sensor_drift", 5, 14, **{"sensor.hr": 6.0})]
    alerts = [alert("a", "sensor_drift", 6), alert("b", "sensor_drift", 6, wearer="bob")]

    found = count.drift([outcome(truth, alerts)])

    assert (found.recognised, found.unfounded) == (1, 1)


def test_a_verdict_on_a_treatment_is_held_against_the_true_effect() -> None:
    begun = Treatment("ann", "C07AB02", 5 * DAY, {"hr": -10.0}, 6 * DAY)
    run = outcome([], [], treatments=[begun])
    said = Response("C07AB02", "hr", "changed", begun.start, 8.0, 70.0, 61.0, -9.0, -11.0, -7.0)
    run.taken.responses["ann", "C07AB02", "hr"] = said

    found = count.treatment([run])

    assert (found.begun, found.answered, found.changed, found.inside) == (1, 1, 1, 1)
