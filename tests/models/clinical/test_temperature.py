"""Bands of temperature."""

from __future__ import annotations

import pytest

from models.clinical.temperature import temperature_finding
from tests.models.clinical.published import edges

PUBLISHED = [
    (30.0, 35.0, "very low"), (35.1, 36.0, "low"), (36.1, 38.0, "usual"), (38.1, 39.0, "fever"),
    (39.1, 44.0, "high fever"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "band"), edges(PUBLISHED, 0.1))
def test_every_edge(value, band):
    assert temperature_finding(value).band == band
