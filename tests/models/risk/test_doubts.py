"""What a profile says that no rule can use."""

from __future__ import annotations

from models.risk.doubts import doubts
from streams.records import Profile, Threshold


def test_each_ignored_part_has_a_line():
    profile = Profile(
        "ann",
        genotype=["LQTS", "ABC1"],
        baselines={"hr": 58.0, "hr@asleep": 50.0, "mood": 3.0},
        thresholds=[
            Threshold("fever", "a", "b", 1, below=35.0), Threshold("stale_data", "a", "b", 1, above=1.0),
            Threshold("glucose", "a", "b", 1, above=300.0), Threshold("glucose", "a", "b", 1),
        ],
    )  # fmt: skip

    assert doubts(profile) == [
        "genotype ABC1: not known here",
        "threshold fever: has no edge below",
        "threshold stale_data: has no edge above",
        "threshold glucose: says no edge",
        "baseline mood: no such signal",
    ]


def test_a_profile_that_is_used_whole_has_none():
    assert doubts(Profile("ann", genotype=["LQTS"], baselines={"temp": 36.4})) == []


def test_numbers_in_another_unit_have_a_line():
    edge = Threshold("glucose", "a", "b", 1, above=13.9)

    found = doubts(Profile("ann", baselines={"temp": 98.6, "hr@moon": 60.0}, thresholds=[edge]))

    assert found == [
        "threshold glucose: 13.9 is not between 20 and 600",
        "baseline temp: 98.6 is not between 25 and 45 Cel",
        "baseline hr@moon: no such context",
    ]
