"""From observations to what is told: ids, revisions, priorities, history, risk records."""

from __future__ import annotations

import numpy as np
import pytest

from models.decide import RISK_EVERY_MS, Case, Setting, alert_id, decide
from models.deep.asks import Ask
from models.judged import Foretold, Judged
from models.policy.rules import load_policy
from models.risk.evidence import Leeway
from models.signals.quality import GOOD, Quality
from models.view import Observation, View
from streams.records import Alert, Risk, Source

SETTING = Setting(load_policy())
HISTORIC_MS = SETTING.policy.historic_ms
START = 1_767_592_800_000
MINUTE = 60_000


def low(minute, value=84.0):
    return View(START + minute * MINUTE, "rest", {"spo2": value}, {"spo2": value}, quality={"spo2": GOOD})


def unusable(minute, cause):
    return View(START + minute * MINUTE, "rest", quality={"hr": Quality(0.0, cause)}, causes={"hr": cause})


def told(views, setting=SETTING, behind=MINUTE, judged=None):
    judged = judged if judged is not None else Judged()
    found = []
    for offset, view in enumerate(views):
        case = Case("ann", judged, Source("vitals", 0, offset), view.minute + behind, Leeway())
        found += [told.record for told in decide(setting, case, Observation([view]))]
    return [x for x in found if isinstance(x, Alert)], [x for x in found if isinstance(x, Risk)]


def test_an_alert_lives_under_one_id_with_rising_revisions():
    alerts, _ = told(
        [low(m, 88.0) for m in range(5)]
        + [low(m) for m in range(5, 10)]
        + [low(m, 97.0) for m in range(10, 25)]
    )

    assert [(a.status, a.revision, a.priority) for a in alerts] == [
        ("raised", 1, "medium"), ("escalated", 2, "high"), ("resolved", 3, "high"),
    ]  # fmt: skip
    assert {a.id for a in alerts} == {alert_id("ann", "desaturation", START)}
    assert {a.onset for a in alerts} == {START}
    assert {a.config for a in alerts} == {SETTING.policy.digest}


def test_an_alert_carries_why_and_what_to_do():
    [alert, *_], _ = told([low(m) for m in range(5)])

    assert [(c.signal, c.value) for c in alert.contributions] == [("spo2", 84.0)]
    assert alert.quality == 1.0
    assert alert.advice
    assert alert.clears
    assert alert.source == Source("vitals", 0, 2)


def test_what_was_found_in_old_data_and_is_still_so_becomes_urgent():
    judged = Judged()
    old, _ = told([low(m) for m in range(5)], behind=2 * HISTORIC_MS, judged=judged)
    now, _ = told([low(m) for m in range(5, 8)], judged=judged)

    assert {(a.historic, a.priority) for a in old} == {(True, "low")}
    assert [(a.status, a.historic, a.priority) for a in now] == [("escalated", False, "high")]
    assert now[0].id == old[0].id


def test_what_is_found_in_hours_old_data_is_historic_and_never_high():
    alerts, _ = told([low(m) for m in range(5)], behind=HISTORIC_MS + MINUTE)

    assert {(a.historic, a.priority) for a in alerts} == {(True, "low")}


@pytest.mark.parametrize(("cause", "first"), [("flat", 0), ("contact", 5), ("beats", 15)])
def test_unusable_readings_are_told_when_their_cause_has_lasted(cause, first):
    alerts, _ = told([unusable(m, cause) for m in range(30)])

    assert [(a.condition, a.cause, a.source.offset) for a in alerts] == [("collect_again", cause, first)]


def test_collect_again_can_be_turned_off():
    setting = Setting(SETTING.policy, collect_again=False)

    assert told([unusable(m, "contact") for m in range(30)], setting)[0] == []


def test_silence_and_return_are_one_alert():
    judged, now = Judged(), START
    case = Case("ann", judged, Source("vitals", 0, 1), now, Leeway())
    [raised] = decide(SETTING, case, Observation(silent_since=now - 1))
    case = Case("ann", judged, Source("vitals", 0, 2), now + MINUTE, Leeway())
    [resolved] = decide(SETTING, case, Observation(returned=True))

    assert [told.record.status for told in (raised, resolved)] == ["raised", "resolved"]
    assert raised.record.id == resolved.record.id
    assert judged.episodes == {}


def test_a_return_without_a_silence_told_says_nothing():
    case = Case("ann", Judged(), Source("vitals", 0, 1), START, Leeway())

    assert decide(SETTING, case, Observation(returned=True)) == []


def test_risks_are_told_when_the_level_changes_and_now_and_then():
    _, risks = told([low(m, 97.0) for m in range(40)])
    assert [r.time for r in risks] == [START + m * RISK_EVERY_MS for m in range(3)]
    assert {r.level for r in risks} == {"none"}

    _, risks = told([low(m) for m in range(5)])
    assert [r.level for r in risks] == ["none", "high"]
    assert all(0 <= value <= 1 for risk in risks for value in risk.risks.values())


def test_nothing_is_kept_of_what_came_to_nothing():
    judged = Judged()
    told([low(0), *(low(m, 97.0) for m in range(1, 30))], judged=judged)

    assert judged.episodes == {}


def test_an_id_tells_wearers_conditions_and_onsets_apart():
    ids = {alert_id(w, c, t) for w in ("a", "b") for c in ("fever", "rhythm") for t in (1, 2)}

    assert len(ids) == 8
    assert alert_id("ann", "fever", START) == alert_id("ann", "fever", START)


def quiet(minute):
    """A minute in which something else than the reason of an alert was measured."""
    return View(START + minute * MINUTE, "rest", {"hr": 60.0}, {"hr": 60.0}, quality={"hr": GOOD})


def forecast(minute, probability):
    end = START + minute * MINUTE + 60 * MINUTE
    row = np.full((104, 3), 100.0, np.float32)
    return Ask("glucose", end - MINUTE, end, row, answer=np.array([probability], np.float32))


def test_a_foretold_low_is_not_upheld_when_nobody_is_asked_any_more():
    judged = Judged()

    def tell(minute, asks=()):
        case = Case("ann", judged, Source("vitals", 0, minute), START + minute * MINUTE, Leeway())
        return [t.record for t in decide(SETTING, case, Observation([quiet(minute)], list(asks)))]

    [raised, *_] = tell(0, [forecast(0, 0.9)])
    later = [record for minute in range(5, 240, 5) for record in tell(minute) if isinstance(record, Alert)]

    assert (raised.condition, raised.status, raised.probability) == ("glucose_forecast", "raised", 0.9)
    assert [(alert.id, alert.status, alert.cause) for alert in later] == [
        (raised.id, "resolved", "not judged any more")
    ]
    assert judged.episodes == {}


def test_a_desaturation_that_is_no_longer_measured_lasts_a_day():
    judged = Judged()
    told([low(minute) for minute in range(10)], judged=judged)

    alerts, _ = told([quiet(minute) for minute in range(10, 23 * 60, 30)], judged=judged)
    assert {(alert.status, alert.priority) for alert in alerts} == {("reminded", "high")}
    assert len(alerts) <= 24
    alerts, _ = told([quiet(minute) for minute in range(23 * 60, 50 * 60, 30)], judged=judged)
    assert [alert.status for alert in alerts if alert.status != "reminded"] == ["resolved"]
    assert (alerts[-1].status, alerts[-1].cause) == ("resolved", "not judged any more")


def test_risks_of_other_facts_are_void():
    judged = Judged(foretold={"diabetes": Foretold(0.2, START)})
    case = Case("ann", judged, Source("vitals", 0, 1), START, Leeway())

    assert decide(SETTING, case, Observation(another=True)) == []
    assert judged.foretold == {}


def test_what_was_told_and_is_over_is_not_told_again_when_another_device_delivers_it_late():
    judged = Judged()
    first, _ = told([low(m) for m in range(5)] + [low(m, 97.0) for m in range(5, 25)], judged=judged)

    again, _ = told([low(m) for m in range(5)], behind=2 * HISTORIC_MS, judged=judged)
    later, _ = told([low(m) for m in range(60, 65)], judged=judged)

    assert [alert.status for alert in first] == ["raised", "resolved"]
    assert again == []
    assert [alert.status for alert in later] == ["raised"]


def test_what_was_grave_in_old_data_and_is_mild_now_is_told_as_mild_and_gets_grave_again():
    judged = Judged()
    told([low(m) for m in range(5)], behind=2 * HISTORIC_MS, judged=judged)

    mild, _ = told([low(m, 88.0) for m in range(5, 8)], judged=judged)
    grave, _ = told([low(m) for m in range(8, 11)], judged=judged)

    assert [(a.status, a.historic, a.priority) for a in mild] == [("escalated", False, "medium")]
    assert [(a.status, a.priority) for a in grave] == [("escalated", "high")]


def test_old_data_make_nothing_graver_that_is_out_now():
    judged = Judged()
    told([low(m, 88.0) for m in range(300, 310)], judged=judged)

    old, _ = told([low(m) for m in range(5)], behind=300 * MINUTE, judged=judged)
    now, _ = told([low(m) for m in range(310, 314)], judged=judged)

    assert old == []
    assert [(a.status, a.priority) for a in now] == [("escalated", "high")]
