"""What one minute says of each condition."""

from __future__ import annotations

import pytest

from models.clinical.news2 import news2
from models.online.anomaly import Surprise
from models.online.baseline import Usual
from models.policy.rules import load_policy
from models.risk.evidence import Leeway, evidence
from models.view import View

POLICY = load_policy()
NOW = 1_767_592_800_000


def judged(condition, oxygen_scale=1, **view):
    steady = view.pop("steady", {})
    seen = View(NOW, steady=steady, values=dict(steady), **view)
    found = [e for e in evidence(seen, POLICY, Leeway(oxygen_scale)) if e.condition == condition]
    return max(found, key=lambda e: e.level, default=None)


def test_each_side_of_glucose_has_a_course_of_its_own():
    low = View(NOW, steady={"glucose": 50.0}, values={"glucose": 50.0})

    found = {e.key: e.level for e in evidence(low, POLICY, Leeway())}

    assert found == {"glucose:high": 0, "glucose:low": 3}


@pytest.mark.parametrize(
    ("signal", "value"), [("rr", 5.0), ("rr", 30.0), ("sbp", 70.0), ("sbp", 230.0), ("temp", 34.0)]
)
def test_any_single_part_at_its_worst_calls_for_a_check(signal, value):
    score = news2({signal: (NOW, value)}, NOW)

    assert judged("deterioration", score=score).level == 1


def test_without_readings_nothing_is_judged():
    assert list(evidence(View(NOW), POLICY, Leeway())) == []


@pytest.mark.parametrize(
    ("condition", "signal", "value", "level"),
    [
        ("desaturation", "spo2", 97.0, 0), ("desaturation", "spo2", 89.0, 1),
        ("desaturation", "spo2", 84.0, 2),
        ("fever", "temp", 37.5, 0), ("fever", "temp", 38.5, 1), ("fever", "temp", 39.5, 2),
        ("glucose", "glucose", 110.0, 0), ("glucose", "glucose", 300.0, 1), ("glucose", "glucose", 50.0, 3),
    ],
)  # fmt: skip
def test_single_readings_are_judged_by_their_edges(condition, signal, value, level):
    found = judged(condition, steady={signal: value})

    assert found.level == level
    assert (found.risk >= 0.5) == (level > 0)
    assert [c.signal for c in found.contributions] == ([signal] if level else [])


def test_oxygen_scale_2_lowers_the_edges_of_desaturation():
    assert judged("desaturation", steady={"spo2": 86.0}, oxygen_scale=2).level == 0


def test_the_risk_rises_with_the_distance():
    risks = [judged("fever", steady={"temp": t}).risk for t in (36.5, 37.5, 38.1, 39.0, 40.5)]

    assert risks == sorted(risks)
    assert risks[2] == pytest.approx(0.5, abs=0.01)


def usual(mean, spread=3.0):
    return {"hr": Usual(mean, spread, mean, spread)}


@pytest.mark.parametrize(
    ("context", "own", "rate", "level"),
    [
        ("rest", None, 70, 0), ("rest", None, 115, 1), ("rest", None, 135, 2), ("rest", None, 38, 1),
        ("active", None, 150, None), ("recovering", None, 125, 0), ("unknown", None, 125, 0),
        ("recovering", None, 140, 1), ("rest", 60, 104, 1), ("rest", 95, 104, 0), ("rest", 42, 39, 0),
        ("rest", 70, 45, 1),
    ],
)  # fmt: skip
def test_the_heart_rate_is_judged_at_rest_and_beside_the_own_usual(context, own, rate, level):
    found = judged(
        "resting_heart_rate", steady={"hr": float(rate)}, context=context, usual=usual(own) if own else {}
    )

    assert (None if found is None else found.level) == level


def test_a_contribution_tells_value_own_usual_and_change():
    found = judged("resting_heart_rate", steady={"hr": 120.0}, context="rest", usual=usual(62.0))

    [part] = found.contributions
    assert (part.signal, part.value, part.unit, part.usual, part.change) == ("hr", 120.0, "1/min", 62.0, 58.0)


def test_deterioration_ranks_the_parts_that_score():
    readings = {"hr": 135.0, "rr": 23.0, "spo2": 97.0}
    score = news2({signal: (NOW, value) for signal, value in readings.items()}, NOW)
    found = judged("deterioration", score=score)

    assert found.level == 1
    assert [(c.signal, c.share) for c in found.contributions] == [("hr", 0.6), ("rr", 0.4)]


def surprise(rarity, known=True, **deviations):
    return Surprise(rarity, deviations, [1.0] * len(deviations), known)


def test_an_anomaly_needs_several_vitals_off():
    steady = {"hr": 80.0, "rr": 20.0}

    assert judged("anomaly", surprise=surprise(9.0, hr=2.0, rr=2.0), steady=steady).level == 1
    assert judged("anomaly", surprise=surprise(9.0, hr=2.0, rr=0.1), steady=steady).level == 0
    assert judged("anomaly", surprise=surprise(0.5, hr=2.0, rr=2.0), steady=steady).level == 0


def test_learning_says_nothing_of_anomaly():
    assert judged("anomaly", surprise=surprise(0.0, known=False, hr=2.0, rr=2.0)) is None
    assert judged("anomaly") is None
