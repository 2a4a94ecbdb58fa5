"""Saturation at home, on both scales."""

from __future__ import annotations

import pytest

from models.clinical.oxygen import oxygen_finding
from tests.models.clinical.published import edges

HOME = [(40, 92, "emergency"), (93, 94, "seek advice"), (95, 100, "as wanted")]
SCALE_2 = [(40, 83, 3), (84, 85, 2), (86, 87, 1), (88, 92, 0)]
ON_AIR = [*SCALE_2, (93, 100, 0)]
ON_OXYGEN = [*SCALE_2, (93, 94, 1), (95, 96, 2), (97, 100, 3)]


@pytest.mark.parametrize(("value", "band"), edges(HOME))
def test_every_edge_at_home(value, band):
    assert oxygen_finding(value).band == band


@pytest.mark.parametrize(("value", "grade"), edges(ON_AIR))
@pytest.mark.parametrize("on_oxygen", [False, None])
def test_every_edge_of_scale_2_on_air(value, grade, on_oxygen):
    assert oxygen_finding(value, 2, on_oxygen).grade == grade


@pytest.mark.parametrize(("value", "grade"), edges(ON_OXYGEN))
def test_every_edge_of_scale_2_on_oxygen(value, grade):
    assert oxygen_finding(value, 2, True).grade == grade


def test_88_is_an_emergency_on_scale_1_and_on_target_on_scale_2():
    assert oxygen_finding(88.0).band == "emergency"
    assert oxygen_finding(88.0, 2).band == "on target"


@pytest.mark.parametrize("scale", [1, 2])
def test_the_source_says_that_errors_differ_by_skin_tone(scale):
    assert "skin tone" in oxygen_finding(94.0, scale).source
