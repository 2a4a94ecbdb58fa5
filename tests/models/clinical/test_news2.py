"""NEWS2 against the published table, written out again here."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clinical.news2 import news2, spo2_bands

NOW = 1_767_592_800_000
MINUTE = 60_000

# Royal College of Physicians, NEWS2, 2017, chart 1: (lowest value, highest value, points), step by step.
PUBLISHED = {
    "rr": [(2, 8, 3), (9, 11, 1), (12, 20, 0), (21, 24, 2), (25, 80, 3)],
    "spo2": [(40, 91, 3), (92, 93, 2), (94, 95, 1), (96, 100, 0)],
    "sbp": [(40, 90, 3), (91, 100, 2), (101, 110, 1), (111, 219, 0), (220, 300, 3)],
    "hr": [(20, 40, 3), (41, 50, 1), (51, 90, 0), (91, 110, 1), (111, 130, 2), (131, 300, 3)],
    "temp": [(25.0, 35.0, 3), (35.1, 36.0, 1), (36.1, 38.0, 0), (38.1, 39.0, 1), (39.1, 45.0, 2)],
}
SCALE_2_ON_AIR = [(40, 83, 3), (84, 85, 2), (86, 87, 1), (88, 100, 0)]
SCALE_2_ON_OXYGEN = [
    (40, 83, 3),
    (84, 85, 2),
    (86, 87, 1),
    (88, 92, 0),
    (93, 94, 1),
    (95, 96, 2),
    (97, 100, 3),
]


def edges(rows):
    return [(value, points) for low, high, points in rows for value in (low, high)]


EDGES = [(signal, value, points) for signal, rows in PUBLISHED.items() for value, points in edges(rows)]


def score(readings=None, *, age=0, **options):
    readings = {signal: (NOW - age * MINUTE, value) for signal, value in (readings or {}).items()}
    return news2(readings, NOW, **options)


NORMAL = {"rr": 16.0, "spo2": 97.0, "sbp": 120.0, "hr": 70.0, "temp": 36.8}


@pytest.mark.parametrize(("signal", "value", "points"), EDGES)
def test_every_edge_of_every_column(signal, value, points):
    [part] = score({signal: float(value)}).parts

    assert (part.signal, part.points) == (signal, points)


@pytest.mark.parametrize(("value", "points"), edges(SCALE_2_ON_AIR))
@pytest.mark.parametrize("on_oxygen", [False, None])
def test_scale_2_on_air(value, points, on_oxygen):
    assert score({"spo2": float(value)}, scale=2, on_oxygen=on_oxygen).parts[0].points == points


@pytest.mark.parametrize(("value", "points"), edges(SCALE_2_ON_OXYGEN))
def test_scale_2_on_oxygen(value, points):
    assert score({"spo2": float(value)}, scale=2, on_oxygen=True).parts[0].points == points


@pytest.mark.parametrize(
    ("signal", "value", "points"),
    [("temp", 38.04, 0), ("temp", 38.06, 1), ("hr", 90.4, 0), ("hr", 90.6, 1), ("spo2", 91.6, 2)],
)
def test_values_between_two_steps_go_to_the_nearest(signal, value, points):
    assert score({signal: value}).parts[0].points == points


def test_a_whole_normal_set_scores_0_up_to_consciousness():
    found = score(NORMAL, on_oxygen=False)

    assert (found.low, found.high, found.missing) == (0, 3, ["consciousness"])


@pytest.mark.parametrize(("scale", "points"), [(3, 3), (14, 3), (15, 0)])
def test_consciousness_counts_where_somebody_tells_it(scale, points):
    found = score(NORMAL | {"gcs": float(scale)}, on_oxygen=False)

    assert (found.low, found.high, found.missing) == (points, points, [])


def test_oxygen_costs_two_points():
    assert score(NORMAL, on_oxygen=True).low == 2


def test_what_is_missing_is_named_and_counts_as_its_worst_in_the_range():
    """3 each for pulse, breath, pressure, temperature and consciousness, 2 for oxygen."""
    found = score({"spo2": 91.0})

    assert set(found.missing) == {"rr", "sbp", "hr", "temp", "consciousness", "oxygen"}
    assert (found.low, found.high) == (3, 3 + 3 + 3 + 3 + 3 + 3 + 2)


def test_the_worst_set_scores_20():
    worst = {"rr": 30.0, "spo2": 80.0, "sbp": 80.0, "hr": 140.0, "temp": 34.0}

    assert score(worst, on_oxygen=True).high == 20


@pytest.mark.parametrize(
    ("signal", "minutes"), [("rr", 10), ("spo2", 10), ("hr", 10), ("temp", 120), ("sbp", 240)]
)
def test_a_reading_expires(signal, minutes):
    other = {"hr" if signal != "hr" else "rr": (NOW, 16.0)}

    at_limit = news2({signal: (NOW - minutes * MINUTE, NORMAL[signal]), **other}, NOW)
    beyond = news2({signal: (NOW - minutes * MINUTE - 1, NORMAL[signal]), **other}, NOW)

    assert signal not in at_limit.missing
    assert signal in beyond.missing
    assert signal not in [part.signal for part in beyond.parts]


def test_each_part_tells_its_age():
    assert score({"temp": 36.8}, age=7).parts[0].age_s == 420


def test_nothing_measured_gives_no_score():
    assert score({}) is None
    assert score({"hr": 140.0}, age=11) is None


def test_scale_1_does_not_ask_for_oxygen():
    assert spo2_bands(1, None) is spo2_bands(1, True)


@given(
    st.dictionaries(st.sampled_from(sorted(NORMAL)), st.floats(20, 300), min_size=1),
    st.sampled_from([None, True, False]),
    st.sampled_from([1, 2]),
)
def test_more_readings_only_narrow_the_range(readings, on_oxygen, scale):
    whole = score(readings, on_oxygen=on_oxygen, scale=scale)
    fewer = score(dict(list(readings.items())[1:]), on_oxygen=on_oxygen, scale=scale)

    assert whole.low <= whole.high <= 20
    assert whole.low == sum(part.points for part in whole.parts) + 2 * bool(on_oxygen)
    if fewer is not None:
        assert fewer.low <= whole.low <= whole.high <= fewer.high


@pytest.mark.parametrize(("signal", "value", "points"), [("rr", 24.5, 3), ("rr", 8.5, 1), ("hr", 130.5, 3)])
def test_halves_go_up(signal, value, points):
    (part,) = news2({signal: (NOW, value)}, NOW).parts

    assert part.points == points


def test_the_range_on_scale_2_reaches_what_oxygen_would_make_of_a_high_saturation():
    readings = {"spo2": (NOW, 97.0)}

    unsaid, said = (news2(readings, NOW, scale=2, on_oxygen=oxygen) for oxygen in (None, True))

    assert unsaid.low == 0
    assert unsaid.high == said.high
