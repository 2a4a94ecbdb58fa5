"""From what is kept of an alert to what is told: reasons, causes, advice, and what hooks add."""

from __future__ import annotations

from models.policy.case import Report
from streams.records import Advice, Drift, Finding
from tests.models.policy.stories import MINUTE, START, Story, said, seen

SPO2, RR = ("spo2", 80.0), ("rr", 28.0)


def test_advice_is_asked_for_each_condition_behind_the_alert():
    asked = []

    def advise(question):
        asked.append((question.condition, question.priority, question.context))
        return [Advice(f"about {question.condition}", "a source"), Advice("rest", "a source")]

    story = Story(advise=advise)
    for minute in range(15):
        view = seen(minute)
        story.take(minute, view, said(minute, "desaturation", 1, SPO2), said(minute, "deterioration", 1, RR))

    told = [alert for alert in story.alerts if alert.also]
    assert [advice.text for advice in told[0].advice] == ["about desaturation", "rest", "about deterioration"]
    assert asked[-1] == ("deterioration", "medium", "rest")


def test_nobody_is_advised_when_it_is_over():
    story = Story()
    story.watch(range(5), spo2=88.0)

    [alert] = story.watch(range(5, 20), spo2=97.0)

    assert (alert.advice, alert.contributions) == ([], [])


def test_confidence_is_that_of_the_course_that_speaks():
    story = Story(confidence=lambda found, _: 0.7 if found.condition == "desaturation" else 0.1)

    for minute in range(15):
        story.take(minute, said(minute, "desaturation", 1, SPO2), said(minute, "deterioration", 1, RR))

    assert {alert.confidence for alert in story.alerts} == {0.7}


def test_causes_of_all_courses_are_told_once():
    story = Story()
    for minute in range(15):
        slow = said(minute, "resting_heart_rate:low", 1, ("hr", 41.0), cause="beta blocker")
        story.take(minute, slow, said(minute, "treatment:low", 1, ("hr", 41.0), cause="C07AB02 metoprolol"))

    assert story.alerts[-1].cause == "C07AB02 metoprolol; beta blocker"


def test_the_newest_reasons_are_told_and_kept_over_a_restart():
    story = Story()
    story.hold(range(3), "desaturation", 2, ("spo2", 82.0))
    story.hold(range(3, 6), "desaturation", 2, ("spo2", 79.0))
    story.restart()

    [alert] = story.answer(6, "acknowledge")

    assert [(c.signal, c.value, c.unit) for c in alert.contributions] == [("spo2", 79.0, "%")]


def test_what_older_data_say_does_not_replace_the_newest_reasons():
    story = Story()
    story.hold(range(10, 13), "desaturation", 2, ("spo2", 80.0))
    story.take(5, said(5, "desaturation", 2, ("spo2", 70.0)), late=8)

    [alert] = story.answer(14, "acknowledge")

    assert alert.contributions[0].value == 80.0


def test_a_risk_record_tells_what_a_report_adds():
    finding = Finding("shock index", 0.6, "1", "usual", "a source")
    story = Story(report=lambda case, view, judgements: Report(findings=[finding]))

    story.take(0, seen(0, hr=60.0))

    assert story.risks[-1].findings == [finding]


def test_a_usual_that_moved_is_told_at_once():
    story = Story()
    story.take(0, seen(0, hr=60.0))
    view = seen(1, hr=66.0)
    view.moved = [Drift("hr", 60.0, 66.0, START, "sensor")]

    story.take(1, view)

    assert [(risk.time, risk.drifted) for risk in story.risks] == [(START, []), (START + MINUTE, ["hr"])]
    assert story.risks[-1].changes == view.moved


def test_what_is_over_is_neither_sure_nor_waits_for_anything():
    story = Story(confidence=lambda found, _: 0.7)
    story.watch(range(5), spo2=88.0)

    [alert] = story.watch(range(5, 20), spo2=97.0)

    assert (alert.status, alert.clears, alert.confidence) == ("resolved", "", None)
