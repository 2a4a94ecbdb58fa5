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
