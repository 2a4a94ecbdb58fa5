"""A rule's edges, moved for one wearer."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.person import Limit
from models.policy.rules import load_policy
from models.risk.edges import SETTABLE, SOFTNESS, Edges, rising_risk, risk_beyond
from models.risk.judges import JUDGES

POLICY = load_policy()
NONE = math.inf
HEART = Edges((111.0, 131.0), (40.0, 33.0))
GLUCOSE = Edges((250.0, NONE, NONE), (-NONE, 70.0, 54.0))


@pytest.mark.parametrize(
    ("value", "level"), [(110, 0), (111, 1), (130, 1), (131, 2), (41, 0), (40, 1), (34, 1), (33, 2)]
)
def test_the_highest_grade_whose_edge_is_reached(value, level):
    assert HEART.level(value) == level


@pytest.mark.parametrize("condition", sorted(JUDGES))
def test_levels_are_those_of_the_policy_file(condition):
    rule = POLICY.rules[condition]
    edges = Edges.of(rule)

    for value in (0, 1, 5, 7, 33, 40, 54, 70, 85, 90, 111, 131, 251, 38.1, 39.1):
        assert edges.level(value) == rule.level(value)


@pytest.mark.parametrize(("value", "beyond"), [(121, 10), (101, -10), (35, 5), (45, -5)])
def test_how_far_past_the_mildest_edge(value, beyond):
    assert HEART.beyond(value) == beyond


def test_a_clinician_s_edge_takes_the_place_of_the_mildest_one():
    assert HEART.mildest(above=100.0) == Edges((100.0, 131.0), (40.0, 33.0))
    assert GLUCOSE.mildest(below=80.0).below == (-NONE, 80.0, 54.0)


def test_a_clinician_s_edge_goes_no_further_than_the_next_grade_s_which_stays():
    assert HEART.mildest(above=140.0).above == (131.0, 131.0)
    assert HEART.mildest(below=30.0).below == (33.0, 33.0)
    assert GLUCOSE.mildest(above=400.0).above == (400.0, NONE, NONE), "no graver grade on this side"


@pytest.mark.parametrize("condition", sorted(SETTABLE))
@given(edge=st.floats(-500, 500), value=st.floats(-500, 500))
def test_no_clinician_s_edge_moves_a_graver_grade(condition, edge, value):
    own = Edges.of(POLICY.rules[condition])
    after = own.set_by(Limit(condition, 0, edge, edge))

    if own.level(value) == len(own.above) > 1:
        assert after.level(value) == own.level(value)
    for side, mild in (("above", own.above), ("below", own.below)):
        finite = [e for e in mild if abs(e) < NONE]
        assert [e for e in getattr(after, side) if abs(e) < NONE][1:] == finite[1:]


def test_a_side_that_a_condition_does_not_have_is_not_set():
    edges = Edges((38.1, 39.1), (-NONE, -NONE))

    assert edges.set_by(Limit("fever", 0, None, 35.0)) == edges


@pytest.mark.parametrize("condition", sorted(SETTABLE))
def test_settable_sides_are_those_that_the_policy_has(condition):
    edges = Edges.of(POLICY.rules[condition])
    has = {"above": min(edges.above) < NONE, "below": max(edges.below) > -NONE}

    if condition != "blood_pressure":  # its edges are those of its readings, in a table of its own
        assert all(has[side] for side in SETTABLE[condition])


@given(st.floats(0, 300), st.floats(0, 60))
def test_softer_edges_never_make_evidence_graver(value, softer):
    mild = HEART.softer(softer, softer)

    assert mild.level(value) <= HEART.level(value)
    assert mild.beyond(value) <= HEART.beyond(value)


@pytest.mark.parametrize("condition", sorted(SOFTNESS))
@given(first=st.floats(-500, 500), more=st.floats(0, 500))
def test_risk_is_a_half_at_the_edge_and_only_rises(condition, first, more):
    assert risk_beyond(condition, 0.0) == 0.5
    assert risk_beyond(condition, first) <= risk_beyond(condition, first + more)


def test_the_risk_beside_the_policy_s_own_edges():
    assert rising_risk(POLICY.rules["fever"], "fever", 38.1) == 0.5
