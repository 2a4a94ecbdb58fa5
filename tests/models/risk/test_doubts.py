"""What a profile says that no rule can use."""

from __future__ import annotations

import pytest

from models.risk.doubts import checks, doubts
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


MILDER = "is milder than the next grade's edge: kept at"
ALONE = "threshold desaturation: moves desaturation alone; for hypercapnic failure set the oxygen scale 2"


@pytest.mark.parametrize(
    ("condition", "side", "edge", "kept", "facts"),
    [
        ("desaturation", "below", 80.0, 85, {"oxygen_scale": 1}),
        ("desaturation", "below", 70.0, 79, {"oxygen_scale": 2}),
        ("resting_heart_rate", "below", 30.0, 33, {}),
        ("resting_heart_rate", "below", 25.0, 29, {"athlete": True}),
        ("resting_heart_rate", "above", 150.0, 131, {}),
        ("deterioration", "above", 9.0, 7, {}),
        ("glucose", "below", 45.0, 53.5, {}),
        ("blood_pressure", "above", 200.0, 180, {}),
        ("blood_pressure", "above", 170.0, 160, {"pregnant": True}),
    ],
)
def test_an_edge_that_is_milder_than_the_next_grade_s_is_told(condition, side, edge, kept, facts):
    profile = Profile("ann", thresholds=[Threshold(condition, "a", "b", 1, **{side: edge})], **facts)

    assert f"threshold {condition}: {edge:g} {MILDER} {kept:g}" in checks(profile)
    assert doubts(profile) == []


def test_a_milder_edge_of_saturation_tells_that_news2_stays():
    milder, stricter = (Threshold("desaturation", "a", "b", 1, below=edge) for edge in (86.0, 92.0))

    assert checks(Profile("ann", thresholds=[milder])) == [ALONE]
    assert checks(Profile("ann", thresholds=[milder], oxygen_scale=2)) == []
    assert checks(Profile("ann", thresholds=[stricter])) == []


def test_edges_that_do_what_they_say_need_no_check():
    edges = [
        Threshold("blood_pressure", "a", "b", 1, above=160.0, below=95.0),
        Threshold("resting_heart_rate", "a", "b", 1, above=100.0, below=45.0),
        Threshold("fever", "a", "b", 1, above=37.8),
        Threshold("glucose", "a", "b", 1, above=300.0),
    ]

    assert checks(Profile("ann", thresholds=edges)) == []
