"""Brings measurements into hourly rows for the deterioration networks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.deep.deterioration import HOURS, PEOPLE, VITALS, WEARABLE, Inputs, Vital

Array = NDArray[np.float64]


class Hourly(NamedTuple):
    """What one vital came to in each hour, arrays [..., 48]; where the number is 0 the rest says nothing."""

    number: NDArray[np.int64]
    total: Array
    low: Array
    high: Array


def hourly_rows(
    inputs: Inputs,
    stay: NDArray[np.int64],
    minute: NDArray[np.int32],
    param: NDArray[np.str_],
    value: Array,
    people: Mapping[str, Array],
    count: int,
) -> NDArray[np.float32]:
    """[count, 48, channels] rows of `count` stays.

    `stay` [m] numbers the stays from 0, `minute` [m] counts from admission, `param` [m] names what was
    measured as the CinC 2012 layout does, `value` [m]; `people` holds the columns of `PEOPLE`, [count]
    each, NaN where unknown. Values outside of a vital's possible range, and minutes outside
    of 48 hours, are left out.
    """
    hours = {}
    for vital in VITALS[inputs]:
        kept = np.isin(param, vital.params) & (value >= vital.low) & (value <= vital.high)
        kept &= (minute >= 0) & (minute <= HOURS * 60)
        hours[vital.name] = _reduced(stay[kept] * HOURS + hour_of(minute[kept]), value[kept], count)
    return rows_of(inputs, hours, people)


def hour_of(minute: NDArray[np.integer]) -> NDArray[np.integer]:
    """Hours from admission; the last minute of the last hour is written as 48:00."""
    return np.asarray(np.minimum(minute // 60, HOURS - 1))


def rows_of(
    inputs: Inputs, hours: Mapping[str, Hourly], people: Mapping[str, Array | float]
) -> NDArray[np.float32]:
    """Rows [..., 48, channels] of what every vital of `VITALS` came to in each hour.

    A mean arterial pressure that was not measured in an hour is (systolic + 2 diastolic) / 3 of that hour,
    as is usual at the bedside. Who is not known of in `people` is NaN.
    """
    columns = {vital.name: _column(vital, hours[vital.name]) for vital in VITALS[inputs]}
    derived = (columns["sbp"] + 2 * columns["dbp"]) / 3
    columns["map"] = np.where(np.isnan(columns["map"]), derived, columns["map"])
    worn = [hours[vital.name] for vital in WEARABLE]
    low = [np.where(each.number > 0, each.low, np.nan) for each in worn]
    high = [np.where(each.number > 0, each.high, np.nan) for each in worn]
    shape = columns["map"].shape
    known = [np.asarray(people.get(name, np.nan), dtype=np.float64) for name in PEOPLE[inputs]]
    person = [np.broadcast_to(column[..., None], shape) for column in known]
    return np.stack([*columns.values(), *person, *low, *high], axis=-1).astype(np.float32)


def _column(vital: Vital, hours: Hourly) -> Array:
    at_least_one = np.maximum(hours.number, 1)
    ways = {"mean": hours.total / at_least_one, "sum": hours.total, "min": hours.low, "max": hours.high}
    return np.where(hours.number > 0, ways[vital.reduce], np.nan)


def _reduced(at: NDArray[np.int64], value: Array, count: int) -> Hourly:
    size = count * HOURS
    low, high = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(low, at, value)
    np.maximum.at(high, at, value)
    number = np.bincount(at, minlength=size)
    total = np.bincount(at, weights=value, minlength=size).astype(np.float64)
    shape = count, HOURS
    return Hourly(number.reshape(shape), total.reshape(shape), low.reshape(shape), high.reshape(shape))
