"""What a wearer would be told of lows ahead."""

from __future__ import annotations

import numpy as np
import pytest

from models.deep.glucose import OUTPUTS, STEPS
from models.policy.rules import load_policy
from models.training.glucose.alerts import alerts, judge_alerts
from models.training.glucose.data import Windows

RULE = load_policy().rules["glucose_forecast"]
STEP = 15 * 60_000
P_LOW = OUTPUTS.index("p_low")


def windows(course, first=1_000 * STEP):
    """A window at each reading of a course, with the hour after it."""
    padded = np.concatenate([np.full(STEPS - 1, 100.0), course])
    rows = np.full((len(course), STEPS, 3), np.nan, np.float32)
    for i in range(len(course)):
        rows[i, :, 0] = padded[i : i + STEPS]
    after = np.concatenate([course, np.full(4, course[-1])])
    later = np.stack([after[i + 1 : i + 5] for i in range(len(course))]).astype(np.float32)
    return Windows(rows, later, first + np.arange(len(course)) * STEP)


def answers(count, sure):
    said = np.zeros((count, len(OUTPUTS)))
    said[sure, P_LOW] = 0.9
    return said


def test_an_alert_before_a_low_is_right_and_foretold_it():
    course = np.array([110.0, 100, 90, 80, 65, 60, 80, 100, 100, 100])

    told = alerts(windows(course), answers(10, [2, 3]), RULE)

    assert told[:, 0].nonzero()[0].tolist() == [2]
    assert judge_alerts(told) == {
        "alerts_per_day": pytest.approx(9.6), "alert_ppv": 1.0,
        "lows_foretold": 1.0, "foretold_median_min": 30.0,
    }  # fmt: skip


def test_an_alert_that_nothing_follows_is_false_and_a_low_that_comes_unforeseen_is_missed():
    course = np.array([110.0] * 12 + [65.0, 65.0])

    told = judge_alerts(alerts(windows(course), answers(14, [0]), RULE))

    assert (told["alert_ppv"], told["lows_foretold"]) == (0.0, 0.0)


def test_what_is_low_already_is_not_foretold():
    course = np.array([65.0, 64.0, 63.0, 62.0])

    assert not alerts(windows(course), answers(4, [0, 1, 2, 3]), RULE)[:, 0].any()


def test_another_wearing_starts_anew():
    course = np.array([100.0, 100.0])
    one, other = windows(course), windows(course, 2_000 * STEP)
    both = Windows(*(np.concatenate(pair) for pair in zip(
        (one.rows, one.later, one.times), (other.rows, other.later, other.times), strict=True
    )))  # fmt: skip

    assert alerts(both, answers(4, [0, 2]), RULE)[:, 0].tolist() == [1, 0, 1, 0]


def test_a_day_without_alerts_or_lows_has_no_share_of_either():
    told = judge_alerts(alerts(windows(np.full(96, 120.0)), answers(96, []), RULE))

    assert told["alerts_per_day"] == 0.0
    assert np.isnan([told["alert_ppv"], told["lows_foretold"], told["foretold_median_min"]]).all()
