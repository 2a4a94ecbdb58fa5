"""What scoring takes of a profile."""

from __future__ import annotations

import math

import msgspec
import pytest

from models.person import MOST_MEDICINES, Limit, Person, Taken
from streams.records import Habit, Medicine, Profile, Threshold

NOW = 1_767_592_800_000
"""2026-01-05T06:00Z."""
DAY = 86_400_000


def threshold(condition="desaturation", expires=NOW + DAY, **edges):
    return Threshold(condition, "Dr A", "COPD", expires, **edges)


def person(**facts):
    return Person.of(Profile("ann", **facts))


@pytest.mark.parametrize(
    ("started", "stopped", "taken"),
    [
        (None, None, True), (NOW - DAY, None, True), (NOW, None, True), (NOW + 1, None, False),
        (NOW - DAY, NOW, False), (NOW - DAY, NOW + 1, True), (None, NOW - 1, False),
    ],
)  # fmt: skip
def test_a_medicine_counts_from_its_start_to_its_stop(started, stopped, taken):
    ann = person(medicines=[Medicine("C07AB02", started, stopped)])

    assert [effect.name for _, effect in ann.taking(NOW)] == (["beta blocker"] if taken else [])


def test_a_limit_holds_until_it_expires():
    ann = person(thresholds=[threshold(below=86.0)])

    assert ann.limit("desaturation", NOW + DAY - 1).below == 86.0
    assert ann.limit("desaturation", NOW + DAY) is None
    assert ann.limit("fever", NOW) is None


def test_limits_of_both_sides_join_and_the_last_one_said_counts():
    ann = person(
        thresholds=[
            threshold("glucose", above=300.0),
            threshold("glucose", below=80.0),
            threshold("glucose", above=280.0),
        ]
    )

    found = ann.limit("glucose", NOW)

    assert (found.above, found.below) == (280.0, 80.0)


def test_an_expired_limit_gives_way_to_one_that_holds():
    ann = person(thresholds=[threshold(below=86.0), threshold(below=88.0, expires=NOW)])

    assert ann.limit("desaturation", NOW).below == 86.0


def test_nobody_is_named():
    stored = msgspec.msgpack.encode(person(thresholds=[threshold(below=86.0)]))

    assert b"Dr A" not in stored
    assert b"COPD" not in stored


@pytest.mark.parametrize(("said", "known"), [(None, True), (False, False), (True, True)])
def test_oxygen_as_a_medicine_counts_unless_the_profile_says_otherwise(said, known):
    ann = person(on_oxygen=said, medicines=[Medicine("V03AN01", NOW - DAY)])

    assert ann.oxygen(NOW) is known


def test_without_a_word_oxygen_is_unknown():
    assert person().oxygen(NOW) is None
    assert person(medicines=[Medicine("V03AN01", NOW - DAY, NOW)]).oxygen(NOW) is None


def test_a_genotype_counts_with_its_medicine_alone():
    ann = person(genotype=["CYP2D6_poor"], medicines=[Medicine("C07AB02", NOW)])

    assert ann.traits(NOW - 1) == []
    assert [trait.flag for trait in ann.traits(NOW)] == ["CYP2D6_poor"]


def test_habits_baselines_and_conditions_are_carried():
    ann = person(habits=[Habit("walking", NOW)], baselines={"hr": 58.0}, conditions=["e11.9"], athlete=True)

    assert [(habit.name, habit.started) for habit in ann.habits] == [("walking", NOW)]
    assert (ann.baselines, ann.conditions, ann.athlete) == ({"hr": 58.0}, ("E11.9",), True)


def test_of_too_many_medicines_those_that_rules_know_stay():
    drugs = [Medicine(f"J01CA{n:02}", NOW + n) for n in range(40)] + [Medicine("C07AB02", NOW - DAY)]

    kept = person(medicines=drugs).medicines

    assert len(kept) == MOST_MEDICINES
    assert kept[0].code == "C07AB02"


def test_age_in_years_and_unknown():
    assert person(birth_year=1980).age(NOW) == 46.0
    assert math.isnan(person().age(NOW))


def test_a_person_is_stored_and_restored_whole():
    ann = Person(
        birth_year=1980, medicines=(Taken("C07AB02", NOW),), limits=(Limit("fever", NOW, 38.5),),
        baselines={"hr": 58.0}, genotype=("LQTS",),
    )  # fmt: skip

    stored = msgspec.msgpack.encode(ann)

    assert msgspec.msgpack.decode(stored, type=Person) == ann
    assert len(stored) < 100


def test_an_ordinary_person_takes_few_bytes():
    assert len(msgspec.msgpack.encode(person(birth_year=1980, sex="female"))) < 32
