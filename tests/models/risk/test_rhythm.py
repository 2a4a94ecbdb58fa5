"""Single windows are noisy: their running median is what counts."""

from __future__ import annotations

import numpy as np

from models.deep.asks import Ask
from models.judged import Judged
from models.policy.rules import load_policy
from models.risk.rhythm import FEWEST, PAUSE_MS, rhythm_evidence

RULE = load_policy().rules["rhythm"]
START = 1_767_592_800_000
INTERVALS = np.full(60, 800, np.float32)


def told(probabilities, judged=None, start=START):
    judged = judged or Judged()
    asks = [
        Ask("rhythm", start + i * 48_000, start + (i + 1) * 48_000, INTERVALS, answer=np.array([p]))
        for i, p in enumerate(probabilities)
    ]
    return [rhythm_evidence(judged, ask, RULE) for ask in asks]


def test_the_first_windows_say_nothing():
    assert [found is None for found in told([0.9] * 4)] == [True] * (FEWEST - 1) + [False] * 2


def test_one_odd_window_among_regular_ones_is_no_evidence():
    assert [found.level for found in told([0.1, 0.1, 0.1, 0.99, 0.1, 0.1])[2:]] == [0, 0, 0, 0]


def test_one_regular_window_among_odd_ones_does_not_end_it():
    assert [found.level for found in told([0.9, 0.9, 0.9, 0.1, 0.9])[2:]] == [1, 1, 1]


def test_it_tells_the_median_and_the_beats():
    found = told([0.7, 0.9, 0.8])[-1]

    assert (found.time, found.risk) == (START + 2 * 48_000, 0.8)
    assert [(c.signal, c.value) for c in found.contributions] == [("ibi", 800.0), ("hr", 75.0)]


def test_a_pause_starts_anew():
    judged = Judged()
    told([0.9] * 5, judged)

    later = told([0.9], judged, START + 5 * 48_000 + PAUSE_MS + 1)

    assert later == [None]


def test_no_more_is_kept_than_the_rule_asks_for():
    judged = Judged()
    told([0.5] * 50, judged)

    assert len(judged.rhythm) == RULE.limits["windows"]
