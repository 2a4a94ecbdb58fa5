"""qSOFA as an interval: mentation is seldom told."""

from __future__ import annotations

import pytest

from models.clinical.qsofa import qsofa, qsofa_finding
from streams.records import Part
from tests.models.clinical.published import edges

PUBLISHED = {
    "rr": [(2, 21, 0), (22, 80, 1)],
    "sbp": [(40, 100, 1), (101, 300, 0)],
    "gcs": [(3, 14, 1), (15, 15, 0)],
}
EDGES = [(signal, value, points) for signal, rows in PUBLISHED.items() for value, points in edges(rows)]


def score(**values):
    return qsofa(Part(signal, float(value), 0, 0) for signal, value in values.items())


@pytest.mark.parametrize(("signal", "value", "points"), EDGES)
def test_every_edge_of_every_column(signal, value, points):
    [part] = score(**{signal: value}).parts

    assert part.points == points


def test_what_is_missing_widens_the_interval_and_never_counts_as_0_unsaid():
    found = score(rr=24)

    assert (found.low, found.high, found.missing) == (1, 3, ["sbp", "gcs"])


@pytest.mark.parametrize(
    ("values", "band", "grade"),
    [
        ({"rr": 24, "sbp": 95}, "positive", 2), ({"rr": 24, "sbp": 120, "gcs": 15}, "negative", 0),
        ({"rr": 24, "sbp": 120}, "1 of 2 measured, mentation not known", 1),
        ({"rr": 16, "sbp": 120}, "0 of 2 measured, mentation not known", 0),
        ({"rr": 16}, "0 of 1 measured, pressure and mentation not known", 0),
        ({"rr": 24}, "1 of 1 measured, pressure and mentation not known", 1),
        ({"rr": 24, "sbp": 120, "gcs": 14}, "positive", 2),
    ],
)  # fmt: skip
def test_two_points_are_positive_and_what_is_missing_may_leave_it_open(values, band, grade):
    found = qsofa_finding(score(**values))

    assert (found.band, found.grade) == (band, grade)


def test_other_vitals_do_not_count():
    assert score(hr=150) is None
