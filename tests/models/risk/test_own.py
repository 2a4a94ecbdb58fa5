"""What nights and moved usuals tell becomes evidence that names the vitals, their usual and their share."""

from __future__ import annotations

import pytest

from models.online.illness import Deviation, Onset
from models.policy.rules import load_policy
from models.risk.own import illness_evidence, own_evidence, shift_evidence
from models.view import Observation, View
from streams.records import Drift

POLICY = load_policy()
RULE = POLICY.rules["illness"]
SPREADS = {"hr": (66.0, 60.0, 3.0), "temp": (34.6, 34.5, 1.0), "rr": (15.0, 15.0, 0.0)}
DEVIATIONS = tuple(Deviation(signal, *rest) for signal, rest in SPREADS.items())
NIGHT = Onset(1000, True, 1.5, 0.88, 500, DEVIATIONS)
SHIFT = Drift("temp", 34.5, 35.0, 400, "sensor")


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


def test_a_shifted_sensor_is_evidence_of_its_own():
    found = shift_evidence([SHIFT], 2000, POLICY.rules["sensor_drift"])

    assert (found.condition, found.level) == ("sensor_drift", 1)
    assert (found.contributions[0].signal, found.contributions[0].change) == ("temp", 0.5)


def test_a_source_tells_what_the_views_bring():
    view = View(1000)
    view.night, view.moved = NIGHT, [SHIFT, Drift("hr", 60.0, 66.0, 400, "body")]

    told = list(own_evidence(POLICY)(None, Observation(views=[view, View(2000)])))
    assert [found.condition for found, _ in told] == ["illness", "sensor_drift"]
    assert all(seen is view for _, seen in told)
