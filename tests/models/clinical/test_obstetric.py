"""MEOWS against the published table."""

from __future__ import annotations

import pytest

from models.clinical.obstetric import TRIGGER, meows
from streams.records import Part
from tests.models.clinical.published import edges

# Singh et al. 2012, table 1: red 2, yellow 1.
PUBLISHED = {
    "rr": [(2, 9, 2), (10, 20, 0), (21, 30, 1), (31, 80, 2)],
    "spo2": [(40, 94, 2), (95, 100, 0)],
    "sbp": [(40, 89, 2), (90, 100, 1), (101, 149, 0), (150, 160, 1), (161, 300, 2)],
    "hr": [(20, 39, 2), (40, 50, 1), (51, 99, 0), (100, 120, 1), (121, 300, 2)],
}
EDGES = [(signal, value, points) for signal, rows in PUBLISHED.items() for value, points in edges(rows)]
TEMPERATURE = [(25.0, 34.9, 2), (35.0, 36.0, 1), (36.1, 38.0, 0), (38.1, 45.0, 2)]
EDGES += [("temp", value, points) for value, points in edges(TEMPERATURE, 0.1)]


def score(**values):
    return meows(Part(signal, float(value), 0, 0) for signal, value in values.items())


@pytest.mark.parametrize(("signal", "value", "points"), EDGES)
def test_every_edge_of_every_column(signal, value, points):
    assert score(**{signal: value}).low == points


def test_two_yellow_or_one_red_trigger():
    assert score(hr=105, rr=24).low >= TRIGGER
    assert score(hr=125).low >= TRIGGER
    assert score(hr=105, rr=16).low < TRIGGER


def test_what_is_missing_is_named_and_counts_as_its_worst_in_the_range():
    found = score(hr=80)

    assert set(found.missing) == {"rr", "spo2", "sbp", "temp", "dbp", "consciousness", "pain"}
    assert (found.low, found.high) == (0, 13)


def test_nothing_measured_gives_no_score():
    assert meows([]) is None
