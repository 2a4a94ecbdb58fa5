"""What a night tells becomes evidence that names the vitals, their usual and their share."""

from __future__ import annotations

import pytest

from models.online.illness import Deviation, Onset
from models.policy.rules import load_policy
from models.risk.illness import illness_evidence

RULE = load_policy().rules["illness"]
NIGHT = Onset(
    1000, True, 1.5, 0.88, 500, (Deviation("hr", 66.0, 60.0, 3.0), Deviation("temp", 34.6, 34.5, 1.0),
                                 Deviation("rr", 15.0, 15.0, 0.0)),
)  # fmt: skip


def test_a_deviation_beyond_the_edge_is_evidence():
    found = illness_evidence(NIGHT, RULE)

    assert (found.condition, found.time, found.level, found.risk) == ("illness", 1000, 1, 0.88)


def test_the_vitals_that_tell_are_named_with_their_usual_and_share():
    contributions = illness_evidence(NIGHT, RULE).contributions

    assert [c.signal for c in contributions] == ["hr", "temp"]
    assert (contributions[0].value, contributions[0].usual, contributions[0].change) == (66.0, 60.0, 6.0)
    assert sum(c.share for c in contributions) == pytest.approx(1)


def test_a_usual_night_is_freedom_from_evidence():
    found = illness_evidence(Onset(1000, True, 0.2, 0.04), RULE)

    assert (found.level, found.contributions) == (0, [])


def test_too_few_nights_say_nothing():
    assert illness_evidence(Onset(1000, False), RULE) is None
