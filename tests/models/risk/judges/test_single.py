"""Saturation, temperature and glucose, each beside its edges and the wearer's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.person import Limit, Person, Taken
from tests.models.risk.judges.moments import NOW, judged, levels, minute


@pytest.mark.parametrize(
    ("value", "level"), [(91, 0), (90.1, 0), (90, 1), (89, 1), (86, 1), (85, 2), (84, 2)]
)
def test_every_edge_of_desaturation(value, level):
    assert levels("desaturation", minute(spo2=float(value))) == {"": level}


@pytest.mark.parametrize(
    ("value", "level"), [(86, 0), (85, 0), (84.1, 0), (84, 1), (83, 1), (80, 1), (79, 2), (78, 2)]
)
def test_every_edge_of_desaturation_on_scale_2(value, level):
    assert levels("desaturation", minute(spo2=float(value)), scale=2) == {"": level}


@pytest.mark.parametrize(("value", "level"), [(87, 0), (86, 1), (85, 2)])
@pytest.mark.parametrize("scale", [1, 2])
def test_a_clinician_s_edge_counts_as_it_is_on_both_scales(value, level, scale):
    ann = Person(limits=(Limit("desaturation", NOW + 1, below=86.0),))

    found = judged("desaturation", minute(spo2=float(value)), ann, scale)["desaturation"]

    assert found.level == (level if scale == 1 else min(level, 1))
    assert found.cause == ("clinician's threshold" if level else None)


@pytest.mark.parametrize(("value", "level"), [(86, 0), (85, 2), (84, 2)])
def test_no_clinician_s_edge_switches_a_grave_desaturation_off(value, level):
    ann = Person(limits=(Limit("desaturation", NOW + 1, below=45.0),))

    assert levels("desaturation", minute(spo2=float(value)), ann) == {"": level}


def test_nor_a_fever_that_a_genotype_makes_grave():
    ann = Person(genotype=("BRUGADA",), limits=(Limit("fever", NOW + 1, above=39.0),))

    assert levels("fever", minute(temp=38.1), ann) == {"": 2}


def test_an_expired_edge_no_longer_counts():
    ann = Person(limits=(Limit("desaturation", NOW, below=95.0),))

    assert levels("desaturation", minute(spo2=92.0), ann) == {"": 0}


@pytest.mark.parametrize(
    ("value", "level"), [(38.0, 0), (38.1, 1), (38.2, 1), (39.0, 1), (39.1, 2), (39.2, 2), (35.0, 0)]
)
def test_every_edge_of_fever(value, level):
    assert levels("fever", minute(temp=value)) == {"": level}


@pytest.mark.parametrize(("value", "level"), [(38.0, 0), (38.1, 2)])
def test_with_brugada_any_fever_counts_as_high(value, level):
    ann = Person(genotype=("BRUGADA",))

    assert levels("fever", minute(temp=value), ann) == {"": level}


@pytest.mark.parametrize(
    ("value", "high", "low"),
    [
        (250, 0, 0), (251, 1, 0), (252, 1, 0), (70, 0, 0), (69, 0, 2), (68, 0, 2), (54, 0, 2), (53, 0, 3),
        (52, 0, 3), (180, 0, 0), (181, 0, 0),
    ],
)  # fmt: skip
def test_every_edge_of_glucose(value, high, low):
    assert levels("glucose", minute(glucose=float(value))) == {"high": high, "low": low}


@pytest.mark.parametrize(
    ("code", "condition", "steady", "words"),
    [
        ("C07AB02", "fever", {"temp": 39.0}, "beta blocker can hide a fast pulse"),
        ("N02BE01", "fever", {"temp": 39.0}, "antipyretic can hide a fever"),
        ("A10BB09", "glucose", {"glucose": 60.0}, "sulfonylurea lowers glucose"),
        ("H02AB06", "glucose", {"glucose": 300.0}, "corticosteroid raises glucose"),
        ("N02AA01", "desaturation", {"spo2": 88.0}, "opioid can slow breathing"),
        ("V03AN01", "desaturation", {"spo2": 88.0}, "oxygen is being given"),
        ("C01EB17", "resting_heart_rate", {"hr": 38.0}, "ivabradine slows the pulse"),
        ("R03AC02", "resting_heart_rate", {"hr": 115.0}, "inhaled beta agonist can quicken the pulse"),
    ],
)  # fmt: skip
def test_an_alert_names_what_a_medicine_has_to_do_with_it(code, condition, steady, words):
    ann = Person(medicines=(Taken(code),))

    causes = [e.cause for e in judged(condition, minute(**steady), ann).values() if e.level]

    assert causes == [words]


def test_a_medicine_that_has_nothing_to_do_with_it_is_not_named():
    ann = Person(medicines=(Taken("A10BB09"), Taken("C07AB02", None, NOW)))

    assert judged("fever", minute(temp=39.0), ann)["fever"].cause is None


def test_several_reasons_are_told_in_one_line():
    ann = Person(limits=(Limit("fever", NOW + 1, above=37.8),), medicines=(Taken("N02BE01"),))

    found = judged("fever", minute(temp=37.9), ann)["fever"]

    assert found.cause == "clinician's threshold; antipyretic can hide a fever"


@given(st.floats(40, 100), st.floats(0, 60), st.sampled_from([1, 2]), st.one_of(st.none(), st.floats(70, 99)))
def test_a_lower_saturation_never_lowers_level_or_risk(value, less, scale, edge):
    ann = Person() if edge is None else Person(limits=(Limit("desaturation", NOW + 1, below=edge),))

    before, after = (
        judged("desaturation", minute(spo2=v), ann, scale)["desaturation"] for v in (value, value - less)
    )

    assert before.level <= after.level
    assert before.risk <= after.risk
    assert before.beyond <= after.beyond


@given(st.floats(30, 45), st.floats(0, 8))
def test_a_higher_temperature_never_lowers_level_or_risk_of_fever(value, more):
    before, after = (judged("fever", minute(temp=v))["fever"] for v in (value, value + more))

    assert (before.level, before.risk) <= (after.level, after.risk)


@given(st.floats(20, 120), st.floats(0, 80))
def test_a_lower_glucose_never_lowers_level_or_risk_of_a_low(value, less):
    before, after = (judged("glucose", minute(glucose=v))["glucose:low"] for v in (value, value - less))

    assert (before.level, before.risk) <= (after.level, after.risk)
