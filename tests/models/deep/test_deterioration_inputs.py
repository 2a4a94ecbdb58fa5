from __future__ import annotations

import numpy as np
import pytest

from models.deep.deterioration import (
    HOURS,
    PEOPLE,
    WEARABLE,
    Inputs,
    channels,
    columns,
    columns_of,
    deterioration_inputs,
    shapes,
)
from models.deep.hourly import hourly_rows

NAMES = [vital.name for vital in WEARABLE]
BOTH = pytest.mark.parametrize("inputs", ["wearable", "clinical"])


def some(inputs: Inputs, count: int = 4) -> np.ndarray:
    rng = np.random.default_rng(0)
    rows = rng.uniform(20, 120, (count, HOURS, channels(inputs)))
    rows[rng.random(rows.shape) < 0.6] = np.nan
    return rows


@BOTH
def test_shapes_are_those_that_the_network_takes(inputs: Inputs) -> None:
    parts = deterioration_inputs(inputs, some(inputs))

    assert [part.shape[1:] for part in parts] == list(shapes(inputs).values())
    assert all(np.isfinite(part).all() for part in parts)


@BOTH
def test_nothing_at_an_hour_depends_on_later_hours(inputs: Inputs) -> None:
    rows = some(inputs)
    cut = rows.copy()
    cut[:, 20:, [i for i, name in enumerate(columns(inputs)) if name not in PEOPLE[inputs]]] = np.nan

    whole, early = deterioration_inputs(inputs, rows), deterioration_inputs(inputs, cut)

    assert all(np.array_equal(a[:, :20], b[:, :20]) for a, b in zip(whole, early, strict=True))


@BOTH
def test_a_row_is_derived_from_itself_alone(inputs: Inputs) -> None:
    rows = some(inputs)
    together = deterioration_inputs(inputs, rows)

    for i in range(len(rows)):
        alone = deterioration_inputs(inputs, rows[i : i + 1])
        assert all(np.array_equal(a[0], t[i]) for a, t in zip(alone, together, strict=True))


def test_a_value_is_carried_forward_and_its_age_counted() -> None:
    rows = np.full((1, HOURS, channels("wearable")), np.nan)
    rows[0, 3, 0] = 122.0

    hourly, _ = deterioration_inputs("wearable", rows)

    vitals = len(NAMES)
    assert hourly[0, [2, 3, 9], 0].tolist() == [0.0, 2.0, 2.0]
    assert hourly[0, [2, 3, 9], vitals].tolist() == [0.0, 1.0, 0.0]
    assert hourly[0, 9, 2 * vitals] == 0.5


def test_an_artefact_counts_as_not_measured() -> None:
    rows = np.full((1, HOURS, channels("wearable")), np.nan)
    rows[0, 3, NAMES.index("temp")] = 3.7

    hourly, _ = deterioration_inputs("wearable", rows)

    assert hourly[0, 3, len(NAMES) + NAMES.index("temp")] == 0


def test_measurements_become_hourly_means_and_both_ways_of_measuring_are_joined() -> None:
    people = {name: np.array([60.0]) for name in PEOPLE["wearable"]}
    minute = np.array([0, 59, 60, 2880, 2881], dtype=np.int32)
    param = np.array(["SysABP", "NISysABP", "SysABP", "SysABP", "SysABP"])
    value = np.array([100.0, 120.0, 90.0, 80.0, 70.0])

    rows = hourly_rows("wearable", np.zeros(5, np.int64), minute, param, value, people, 1)

    pressure = rows[0, :, NAMES.index("sbp")]
    assert pressure[[0, 1, 47]].tolist() == [110.0, 90.0, 80.0]
    assert np.isnan(pressure[2:47]).all()
    assert rows[0, 30, len(NAMES)] == 60.0


def test_the_extremes_of_an_hour_stand_at_the_end_of_a_row() -> None:
    people = {name: np.array([60.0]) for name in PEOPLE["wearable"]}
    minute, param = np.array([0, 30, 59], dtype=np.int32), np.array(["HR"] * 3)

    rows = hourly_rows("wearable", np.zeros(3, np.int64), minute, param, np.array([70.0, 90, 80]), people, 1)

    assert rows[0, 0, columns_of("wearable", "hr")].tolist() == [80, 70, 90]
    assert [columns("wearable")[i] for i in columns_of("wearable", "hr")] == ["hr", "hr_low", "hr_high"]


def test_wrong_rows_are_refused() -> None:
    with pytest.raises(ValueError, match=r"for wearable"):
        deterioration_inputs("wearable", np.ones((1, HOURS, 3)))
