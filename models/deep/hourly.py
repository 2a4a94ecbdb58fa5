"""Brings measurements of many stays into hourly rows for the deterioration networks."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.deep.deterioration import HOURS, PEOPLE, VITALS, Inputs, Vital

Array = NDArray[np.float64]


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
    columns = [_column(vital, stay, minute, param, value, count) for vital in VITALS[inputs]]
    person = [np.broadcast_to(people[name][:, None], (count, HOURS)) for name in PEOPLE[inputs]]
    return np.stack([*columns, *person], axis=2).astype(np.float32)


def _column(
    vital: Vital,
    stay: NDArray[np.int64],
    minute: NDArray[np.int32],
    param: NDArray[np.str_],
    value: Array,
    count: int,
) -> Array:
    # The last minute of the last hour is written as 48:00.
    hour = np.minimum(minute // 60, HOURS - 1)
    kept = np.isin(param, vital.params) & (value >= vital.low) & (value <= vital.high)
    kept &= (minute >= 0) & (minute <= HOURS * 60)
    at, found = stay[kept] * HOURS + hour[kept], value[kept]
    return _reduced(vital, at, found, count * HOURS).reshape(count, HOURS)


def _reduced(vital: Vital, at: NDArray[np.int64], value: Array, size: int) -> Array:
    number = np.bincount(at, minlength=size)
    if vital.reduce in ("mean", "sum"):
        total = np.bincount(at, weights=value, minlength=size)
        out = total / np.maximum(number, 1) if vital.reduce == "mean" else total
    else:
        first, pick = (np.inf, np.minimum) if vital.reduce == "min" else (-np.inf, np.maximum)
        out = np.full(size, first)
        pick.at(out, at, value)
    return np.where(number > 0, out, np.nan)
