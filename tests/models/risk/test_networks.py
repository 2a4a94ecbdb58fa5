"""From answers to evidence and to risks that are told."""

from __future__ import annotations

import numpy as np

from models.deep.asks import Ask
from models.deep.glucose import OUTPUTS, STEPS
from models.deep.networks import Networks
from models.policy.rules import load_policy
from models.risk.networks import NEEDS, network_evidence, not_run, spoilt, standing
from models.wearer import Judged

POLICY = load_policy()
START = 1_767_592_800_000
HOUR = 3_600_000
P_LOW = OUTPUTS.index("p_low")


def answered(model, value, end=START, row=None, pick=0):
    answer = np.full(len(OUTPUTS), value, np.float32)
    return Ask(model, end - HOUR, end, np.full(60, 800, np.float32) if row is None else row, pick, answer)


def course(now):
    row = np.full((STEPS, 3), np.nan, np.float32)
    row[-1] = now, np.nan, 600.0
    return row


def test_a_low_ahead_is_told_with_its_probability_and_when_it_was_seen():
    ask = answered("glucose", 0.8, START + HOUR, course(90.0), P_LOW)

    [found] = network_evidence(Judged(), [ask], POLICY)

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
        told += network_evidence(judged, [rhythm, quality], POLICY)
        assert bool(spoilt([quality], POLICY)) == bool(k % 2)

    assert len(judged.rhythm) == 3
    assert len(told) == 1


def test_the_edge_of_usable_is_the_networks_own():
    assert (
        POLICY.rules["rhythm"].limits["usable"]
        == Networks.only("quality").entry("quality").thresholds["usable"]
    )


def test_what_is_low_already_is_not_foretold():
    [found] = network_evidence(Judged(), [answered("glucose", 0.9, row=course(65.0), pick=P_LOW)], POLICY)

    assert found.level == 0


def test_a_risk_that_never_alarms_is_told_while_it_stands():
    judged = Judged()

    assert list(network_evidence(judged, [answered("diabetes", 0.25)], POLICY)) == []
    assert standing(judged, START) == {"diabetes": 0.25}
    assert standing(judged, START + NEEDS["diabetes"].lasts_ms + 1) == {}


def test_what_could_not_run_is_named_with_what_it_needs():
    judged = Judged()
    list(network_evidence(judged, [answered("diabetes", 0.25)], POLICY))

    told = not_run(judged, {"diabetes": "1", "glucose": "1"}, START)

    assert told == {"glucose": NEEDS["glucose"].words}
