"""One kind of table: labels by value, at the resolution in which the table is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clinical.bands import Band, Bands, finding, rounded

FEVER = Bands((38.0, 39.0), ("none", "fever", "high"), 0.1)


@pytest.mark.parametrize(
    ("value", "label"),
    [(38.0, "none"), (38.04, "none"), (38.06, "fever"), (38.1, "fever"), (39.0, "fever"), (39.1, "high")],
)
def test_a_label_holds_up_to_its_edge_at_the_table_s_resolution(value, label):
    assert FEVER.of(value) == label


@pytest.mark.parametrize(("value", "whole"), [(0.5, 1), (1.5, 2), (2.5, 3), (2.49, 2), (-0.5, 0)])
def test_halves_go_up(value, whole):
    assert rounded(value, 1) == whole


@pytest.mark.parametrize(("upper", "labels"), [((1, 2), "ab"), ((2, 1), "abc"), ((1, 1), "abc")])
def test_a_table_with_a_missing_label_or_edges_that_do_not_ascend_is_refused(upper, labels):
    with pytest.raises(ValueError, match="ascending"):
        Bands(upper, tuple(labels), 1)


@given(st.lists(st.integers(-50, 50), unique=True, min_size=1).map(sorted), st.floats(-60, 60))
def test_a_higher_value_never_has_an_earlier_label(upper, value):
    table = Bands(tuple(map(float, upper)), tuple(range(len(upper) + 1)), 1)

    assert table.of(value) <= table.of(value + 0.7)


def test_a_finding_tells_value_band_source_and_grade():
    table = Bands((10,), (Band("fine", 0), Band("poor", 2)), 0.5)

    found = finding("thing", 10.3, "1", table, "somebody", 3.0)

    assert (found.name, found.value, found.band, found.grade) == ("thing", 10.5, "poor", 2)
    assert (found.source, found.days, found.unit) == ("somebody", 3.0, "1")
