"""Pulse over systolic pressure."""

from __future__ import annotations

import pytest

from models.clinical.shock_index import POOR, TABLE, shock_finding, shock_index
from tests.models.clinical.published import edges

PUBLISHED = [(0.2, 0.49, "below usual"), (0.5, 0.7, "usual"), (0.71, 1.0, "raised"), (1.01, 3.0, "poor")]


@pytest.mark.parametrize(("value", "band"), edges(PUBLISHED, 0.01))
def test_every_edge(value, band):
    assert TABLE.of(value).name == band


def test_the_first_poor_index_is_the_one_after_1():
    assert TABLE.of(POOR).grade == 2
    assert TABLE.of(POOR - 0.01).grade == 1


def test_a_fast_pulse_over_a_low_pressure_is_poor():
    found = shock_finding(110, 90)

    assert (found.value, found.band, found.grade) == (1.22, "poor", 2)


def test_the_index_is_rounded_as_the_table_is():
    assert shock_index(100.4, 100) == 1.0
    assert shock_index(101, 100) == POOR
