"""From answers to evidence and to risks that are told."""

from __future__ import annotations

import numpy as np
import pytest

from models.deep.asks import Ask
from models.deep.glucose import OUTPUTS, STEPS
from models.deep.networks import Networks
from models.judged import Judged
from models.online.baseline import Usual
from models.policy.rules import load_policy
from models.risk.contribution import beside_usual
from models.risk.networks import NEEDS, network_evidence, not_run, spoilt, standing, watches
from models.view import Observation

POLICY = load_policy()
START = 1_767_592_800_000
MINUTE = 60_000
HOUR = 60 * MINUTE
P_LOW = OUTPUTS.index("p_low")


def answered(model, value, end=START, row=None, pick=0):
    answer = np.full(len(OUTPUTS), value, np.float32)
    found = Ask(model, end - HOUR, end, np.full(60, 800, np.float32) if row is None else row, pick)
    found.answer = answer
    return found


def asking(*asks):
    return Observation(asks=list(asks))


def course(now):
    row = np.full((STEPS, 3), np.nan, np.float32)
    row[-1] = now, np.nan, 600.0
    return row


def test_a_low_ahead_is_told_with_its_probability_and_when_it_was_seen():
    ask = answered("glucose", 0.8, START + HOUR, course(90.0), P_LOW)

    [found] = network_evidence(Judged(), asking(ask), POLICY)

    assert (found.condition, found.time, found.level, found.probability) == (
        "glucose_forecast", START, 1, 0.8,
    )  # fmt: skip
    assert [(c.signal, c.value) for c in found.contributions] == [("glucose", 90.0), ("local_hour", 10.0)]
    assert found.ask is ask


def test_a_window_that_is_called_unusable_says_nothing_of_the_rhythm():
    judged, told = Judged(), []
    for k in range(6):
        end = START + (k + 1) * 48_000
        rhythm, quality = answered("rhythm", 0.9, end), answered("quality", 0.1 if k % 2 else 0.9, end)
        told += network_evidence(judged, asking(rhythm, quality), POLICY)
        assert bool(spoilt([quality], POLICY)) == bool(k % 2)

    assert len(judged.rhythm) == 3
    assert len(told) == 1


def test_the_edge_of_usable_is_the_networks_own():
    assert (
        POLICY.rules["rhythm"].limits["usable"]
        == Networks.only("quality").entry("quality").thresholds["usable"]
    )


def test_the_edge_of_unusual_is_the_networks_own():
    told = Networks.only("unusual").entry("unusual").thresholds["alarm"]

    assert POLICY.rules["anomaly"].limits["network"] == pytest.approx(told, abs=0.005)


def test_what_is_low_already_is_not_foretold():
    [found] = network_evidence(
        Judged(), asking(answered("glucose", 0.9, row=course(65.0), pick=P_LOW)), POLICY
    )

    assert found.level == 0


def test_a_risk_that_never_alarms_is_told_while_it_stands():
    judged = Judged()

    assert list(network_evidence(judged, asking(answered("diabetes", 0.25)), POLICY)) == []
    assert standing(judged, START) == {"diabetes": 0.25}
    assert standing(judged, START + NEEDS["diabetes"].lasts_ms + 1) == {}


def test_what_could_not_run_is_named_with_what_it_needs():
    judged = Judged()
    list(network_evidence(judged, asking(answered("diabetes", 0.25)), POLICY))

    told = not_run(judged, {"diabetes": "1", "glucose": "1"}, START)

    assert told == {"glucose": NEEDS["glucose"].words}


def hour(value, end=START + HOUR):
    ask = answered("unusual", value, end, np.zeros((60, 5), np.float32))
    ask.seen = [
        beside_usual("hr", 68.0, Usual(60.0, 2.0, 60.0, 2.0)),
        beside_usual("temp", 36.5, Usual(36.5, 0.2, 36.5, 0.2)),
    ]
    return asking(ask)


def test_an_unusual_hour_is_told_with_what_was_seen_beside_the_own_usual():
    [found] = network_evidence(Judged(), hour(3.5), POLICY)

    assert (found.condition, found.time, found.level) == ("anomaly", START + HOUR - MINUTE, 1)
    assert [(c.signal, c.value, c.change) for c in found.contributions] == [
        ("hr", 68.0, 8.0),
        ("temp", 36.5, 0.0),
    ]
    assert (found.risk > 0.5, found.delay_ms) == (True, 0)


def test_an_ordinary_hour_is_evidence_of_none():
    [found] = network_evidence(Judged(), hour(1.0), POLICY)

    assert (found.level, found.contributions) == (0, [])
    assert found.risk < 0.5


def test_where_the_network_watches_rivers_score_is_silent():
    judged = Judged()
    list(network_evidence(judged, hour(1.0), POLICY))

    assert watches(judged, "unusual", START + HOUR + 10 * MINUTE)
    assert not watches(judged, "unusual", START + HOUR + 20 * MINUTE)


def test_of_a_stay_the_network_that_is_not_asked_is_not_missed():
    judged = Judged(answered={"deterioration_clinical": START})
    both = dict.fromkeys(("deterioration_clinical", "deterioration_wearable"), "1")

    assert not_run(judged, both, START) == {}
    assert set(not_run(judged, both, START + 3 * HOUR)) == set(both)
