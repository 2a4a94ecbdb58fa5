from __future__ import annotations

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from models.deep.deterioration import HOURS, PEOPLE, VITALS, Inputs, channels
from models.deep.hourly import hourly_rows
from models.deep.stay import Snapshot, Stay

ADMITTED = 1_700_000_123_456
BOTH = pytest.mark.parametrize("inputs", ["wearable", "clinical"])
Made = tuple[NDArray[np.int32], list[str], NDArray[np.float64]]


def measured(inputs: Inputs, count: int = 600) -> Made:
    """Minutes, names of vitals and values, some of them impossible, some before and after the stay."""
    rng = np.random.default_rng(4)
    vitals = rng.choice([vital.name for vital in VITALS[inputs]], count)
    minutes = np.sort(rng.integers(-60, HOURS * 60 + 60, count)).astype(np.int32)
    return minutes, vitals.tolist(), np.exp(rng.normal(4.0, 1.0, count))


def put_all(stay: Stay, made: Made) -> Stay:
    for minute, vital, value in zip(*made, strict=True):
        stay.put(vital, ADMITTED + int(minute) * 60_000, float(value))
    return stay


@BOTH
def test_a_stream_gives_the_row_that_recorded_stays_give(inputs: Inputs) -> None:
    made = minutes, vitals, values = measured(inputs)
    people = {name: 40.0 + i for i, name in enumerate(PEOPLE[inputs])}
    param = {vital.name: vital.params[0] for vital in VITALS[inputs]}

    row = put_all(Stay(ADMITTED), made).row(inputs, people)

    named = np.array([param[vital] for vital in vitals])
    known = {name: np.array([value]) for name, value in people.items()}
    recorded = hourly_rows(inputs, np.zeros(len(values), np.int64), minutes, named, values, known, 1)
    assert np.array_equal(row, recorded[0], equal_nan=True)
    assert 0.2 < np.isnan(row).mean() < 0.9


@BOTH
def test_values_may_come_in_any_order(inputs: Inputs) -> None:
    minutes, vitals, values = measured(inputs)
    mixed = np.random.default_rng(0).permutation(len(values))
    shuffled = minutes[mixed], [vitals[i] for i in mixed], values[mixed]

    rows = [put_all(Stay(ADMITTED), made).row(inputs, {}) for made in ((minutes, vitals, values), shuffled)]

    assert np.allclose(*rows, rtol=1e-6, equal_nan=True)


def test_a_snapshot_survives_messagepack() -> None:
    stay = put_all(Stay(ADMITTED), measured("clinical"))

    stored = msgspec.msgpack.decode(msgspec.msgpack.encode(stay.snapshot()), type=Snapshot)

    again = Stay(ADMITTED, stored)
    assert again.snapshot() == stay.snapshot()
    assert np.array_equal(again.row("clinical", {}), stay.row("clinical", {}), equal_nan=True)


def test_an_hour_is_kept_as_count_sum_and_extremes() -> None:
    stay = Stay(ADMITTED)

    taken = [stay.put("hr", ADMITTED + 7_200_000, value) for value in (80.0, 100.0, 999.0, float("nan"))]

    assert taken == [True, True, False, False]
    assert stay.snapshot() == {"hr": [(2, 2, 180.0, 80.0, 100.0)]}


def test_only_48_hours_from_admission_belong_to_the_stay() -> None:
    stay, hour = Stay(ADMITTED), 3_600_000

    times = [-1, 0, hour - 1, hour, 48 * hour - 1, 48 * hour, 48 * hour + 60_000]

    assert [stay.hour(ADMITTED + time) for time in times] == [None, 0, 0, 1, 47, 47, None]


def test_mean_pressure_that_was_not_measured_comes_from_the_other_two() -> None:
    stay = Stay(ADMITTED)
    for hour, vital, value in ((0, "sbp", 120.0), (0, "dbp", 60.0), (1, "map", 70.0), (2, "sbp", 110.0)):
        stay.put(vital, ADMITTED + hour * 3_600_000, value)

    pressure = stay.row("wearable", {})[:, [vital.name for vital in VITALS["wearable"]].index("map")]

    assert pressure[:2].tolist() == [80.0, 70.0]
    assert np.isnan(pressure[2:]).all()


def test_an_empty_stay_is_all_missing() -> None:
    row = Stay(ADMITTED).row("clinical", {"age": 70.0})

    assert row.shape == (HOURS, channels("clinical"))
    assert row[:, ~np.isnan(row).all(axis=0)].tolist() == [[70.0]] * HOURS


def test_an_unknown_vital_is_refused() -> None:
    with pytest.raises(KeyError):
        Stay(ADMITTED).put("glare", ADMITTED, 1.0)
