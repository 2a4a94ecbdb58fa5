"""Traces: how often, and what a picture is drawn from."""

from __future__ import annotations

from models.decide import Case, Setting, decide
from models.judged import Judged
from models.online.baseline import Usual
from models.policy.rules import load_policy
from models.risk.found import Leeway
from models.signals.quality import GOOD, Quality
from models.view import Observation, View
from streams.records import Reading, Source, Trace

START = 1_767_592_800_000
MINUTE = 60_000
EVERY = 5 * MINUTE
SETTING = Setting(load_policy(), trace_ms=EVERY)


def view(minute: int) -> View:
    return View(
        START + minute * MINUTE,
        "rest",
        {"hr": 61.0},
        {"hr": 60.12345, "spo2": 97.0},
        usual={"hr": Usual(58.0, 2.5, 58.0, 1.0)},
        quality={"hr": GOOD, "spo2": Quality(0.25, "motion")},
        causes={"spo2": "motion"},
    )


def traced(minutes, judged, setting=SETTING):
    case = Case("ann", judged, Source("vitals", 0, 1), START + minutes[-1] * MINUTE, Leeway())
    told = decide(setting, case, Observation([view(minute) for minute in minutes]))
    return [one.record for one in told if isinstance(one.record, Trace)]


def test_the_first_minute_of_each_stretch_is_told_once():
    judged = Judged()

    first = traced(range(12), judged)
    again = traced(range(12), judged)

    assert [(trace.time - START) // MINUTE for trace in first] == [0, 5, 10]
    assert again == []


def test_a_reading_stands_beside_the_band_of_the_own_usual():
    [trace] = traced([0], Judged())

    assert trace.context == "rest"
    assert trace.signals["hr"] == Reading(60.123, usual=58.0, low=53.0, high=63.0, quality=1.0)


def test_what_was_not_usable_is_a_gap_with_its_cause():
    [trace] = traced([0], Judged())

    assert trace.signals["spo2"] == Reading(quality=0.25, cause="motion")


def test_they_can_be_turned_off():
    assert traced(range(12), Judged(), Setting(load_policy())) == []


def test_wearers_of_two_devices_are_told_of_both_in_each_trace():
    judged = Judged()
    cgm = View(START, values={"glucose": 98.0}, steady={"glucose": 98.0}, quality={"glucose": GOOD})
    case = Case("ann", judged, Source("vitals", 0, 1), START + 2 * MINUTE, Leeway())

    told = decide(SETTING, case, Observation([cgm, view(1), view(2)]))
    later = traced([5], judged)

    signals = [list(one.record.signals) for one in told if isinstance(one.record, Trace)]
    assert signals == [["glucose"], ["glucose", "hr", "spo2"]]
    assert [list(trace.signals) for trace in later] == [["glucose", "hr", "spo2"]]


def test_what_a_device_told_is_not_carried_on_for_long():
    judged = Judged()
    cgm = View(START, values={"glucose": 98.0}, steady={"glucose": 98.0}, quality={"glucose": GOOD})
    decide(SETTING, Case("ann", judged, Source("vitals", 0, 1), START, Leeway()), Observation([cgm]))

    [trace] = traced([6], judged)

    assert list(trace.signals) == ["hr", "spo2"]


def test_what_a_device_syncs_late_is_in_no_trace():
    judged = Judged()
    traced([60], judged)
    cgm = View(START, values={"glucose": 98.0}, steady={"glucose": 98.0}, quality={"glucose": GOOD})

    case = Case("ann", judged, Source("vitals", 0, 2), START + 61 * MINUTE, Leeway())
    told = decide(SETTING, case, Observation([cgm]))

    assert [one for one in told if isinstance(one.record, Trace)] == []


def test_who_withdraws_leaves_nothing_that_was_traced():
    judged = Judged()
    traced([0], judged)

    decide(SETTING, Case("ann", judged, Source("vitals", 0, 2), START, Leeway()), Observation(withdrawn=True))

    assert judged.traced == {}
