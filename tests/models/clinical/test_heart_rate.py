"""Bands at rest, and the rate to expect in effort."""

from __future__ import annotations

import math

import pytest

from models.clinical.heart_rate import CHILD_ABOVE, LIMITS, child_above, predicted_maximum, pulse_finding
from tests.models.clinical.published import edges

PUBLISHED = [
    (20, 40, "very slow"), (41, 50, "slow"), (51, 90, "usual"), (91, 110, "somewhat fast"),
    (111, 130, "fast"), (131, 300, "very fast"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "band"), edges(PUBLISHED))
def test_every_edge_at_rest(value, band):
    assert pulse_finding(value).band == band


@pytest.mark.parametrize(("age", "most"), [(20, 194.0), (40, 180.0), (70, 159.0)])
def test_the_maximum_in_effort_falls_with_age(age, most):
    assert predicted_maximum(age) == pytest.approx(most)


def test_an_unknown_age_widens():
    assert predicted_maximum(math.nan) == predicted_maximum(20)


@pytest.mark.parametrize(
    ("age", "first"), [(0, 161), (1, 161), (2, 151), (3, 141), (5, 141), (6, 0), (40, 0), (math.nan, 0)]
)
def test_every_edge_of_a_child_s_age_with_a_birthday_to_come(age, first):
    assert child_above(float(age)) == first


@pytest.mark.parametrize(("years", "first"), [(0, 161), (1, 151), (2, 141), (4, 141), (5, 0)])
def test_every_edge_of_the_children_s_table(years, first):
    assert CHILD_ABOVE.of(years) == first


def test_each_limit_has_a_source():
    assert all(limit.source for limit in LIMITS.values())
