"""Numbers of a profile that can't be meant are left out."""

from __future__ import annotations

import math

import msgspec
import pytest

from models.clinical.possible import edge_range, possible_edge, possible_usual
from models.person import MOST_FLAGS, Person
from models.risk.edges import SETTABLE
from streams.records import Profile, Threshold


def test_every_condition_that_a_clinician_can_set_has_a_range():
    assert {condition for condition in SETTABLE if edge_range(condition) is None} == set()
    assert edge_range("illness") is None


@pytest.mark.parametrize(
    ("condition", "edge", "kept"),
    [
        ("glucose", 20.0, True), ("glucose", 600.0, True), ("glucose", 19.9, False), ("glucose", 3.9, False),
        ("fever", 45.0, True), ("fever", 100.4, False), ("desaturation", 40.0, True),
        ("desaturation", 0.9, False),
        ("deterioration", 1.0, True), ("deterioration", 20.0, True), ("deterioration", 21.0, False),
        ("shock", 1.2, True), ("shock", 120.0, False), ("resting_heart_rate", 1e308, False),
        ("blood_pressure", math.nan, False), ("blood_pressure", -math.inf, False), ("illness", 1.0, False),
    ],
)  # fmt: skip
def test_an_edge_counts_in_the_unit_of_its_condition_only(condition, edge, kept):
    assert possible_edge(condition, edge) == (edge if kept else None)


@pytest.mark.parametrize(
    ("name", "usual", "kept"),
    [
        ("hr", 52.0, True), ("hr@asleep", 45.0, True), ("hr@moon", 45.0, False), ("mood", 3.0, False),
        ("temp", 98.6, False), ("hr", math.nan, False), ("hr", math.inf, False),
    ],
)  # fmt: skip
def test_a_usual_value_is_one_of_a_living_person(name, usual, kept):
    assert possible_usual(name, usual) == kept


def test_an_edge_in_another_unit_leaves_the_rules_own():
    mmol = Threshold("glucose", "dr", "hypoglycaemia", 4_000_000_000_000, above=13.9, below=3.9)

    assert Person.of(Profile("ann", thresholds=[mmol])).limit("glucose", 0) is None


def test_one_possible_edge_of_two_counts():
    edges = Threshold("glucose", "dr", "", 4_000_000_000_000, above=300.0, below=3.9)

    found = Person.of(Profile("ann", thresholds=[edges])).limit("glucose", 0)

    assert found is not None
    assert (found.above, found.below) == (300.0, None)


def test_a_profile_as_large_as_a_record_may_be_is_kept_in_few_bytes():
    profile = Profile(
        "ann",
        genotype=[*(f"unknown{i}" for i in range(20_000)), "LQTS"],
        baselines={f"hr@{i}": 60.0 for i in range(20_000)} | {"hr": 60.0},
    )

    found = Person.of(profile)

    assert found.genotype[0] == "LQTS"
    assert len(found.genotype) == MOST_FLAGS
    assert found.baselines == {"hr": 60.0}
    assert len(msgspec.msgpack.encode(found)) < 1000
