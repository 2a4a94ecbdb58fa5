"""Windows for the glucose network: what the stream asks it of a wearing, and what came after.

Every reading goes through `observe` as in the stream, so a row holds what was known when it was asked: at
the first reading of a 15-minute step, with three hours of readings before it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.datasets.cgm import UTC_OFFSET, Series
from models.deep.asks import Ask
from models.deep.glucose import HIGH, HORIZONS, LOW, STEP_MIN, STEPS
from models.observe import fall_silent, meet, take
from models.signals.columns import Columns
from models.signals.windows import MINUTE
from models.wearer import Seen
from streams.gateways.replay.device import possible
from streams.records import Profile

_STEP_MS = STEP_MIN * MINUTE
_AHEAD_MS = np.arange(1, 5) * _STEP_MS
"""What came after is looked at for an hour."""
_NEAR_MS = _STEP_MS // 2
"""A reading counts as one of a time when it is at most so far from it."""
_PROFILE = Profile("anyone", conditions=["E11"])
"""The network is asked of people with diabetes only, of any type alike."""
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Windows:
    """Rows for `glucose_inputs` and what followed each."""

    rows: NDArray[np.float32]
    """[n, 104, 3]"""
    later: NDArray[np.float32]
    """[n, 4] mg/dL 15, 30, 45 and 60 minutes after now, NaN where there was no reading."""
    times: NDArray[np.int64]
    """[n] the newest reading's minute, ms UTC."""
    untold: int = 0
    """Further rows that the stream asks; without a reading after 30 or 60 minutes they can't be judged."""
    skipped: int = 0
    """Steps with a reading that the stream does not ask: too little was known, or the gate was shut."""

    @property
    def truth(self) -> NDArray[np.float32]:
        """[n, 2] glucose after 30 and 60 minutes."""
        return self.later[:, [1, 3]]

    @property
    def events(self) -> NDArray[np.bool_]:
        """[n, 2] whether any reading of the hour was below 70, above 180."""
        low = np.nanmin(self.later, axis=1) < LOW
        return np.stack([low, np.nanmax(self.later, axis=1) > HIGH], axis=1)

    @property
    def now(self) -> NDArray[np.float32]:
        """[n] the newest reading."""
        return self.rows[:, -1, 0]


def windows_of(series: Series) -> Windows:
    """Every window of a wearing that the stream asks and that has readings after 30 and 60 minutes."""
    asks = list(_asked(series))
    if not asks:
        return _none(skipped=_steps(series))
    times = np.array([ask.end - HORIZONS[-1] * MINUTE for ask in asks], np.int64)
    later = _later(series, times)
    judged = ~np.isnan(later[:, [1, 3]]).any(axis=1)
    rows = np.stack([ask.row for ask in asks])[judged]
    untold, skipped = int((~judged).sum()), _steps(series) - len(asks)
    return Windows(rows, later[judged].astype(np.float32), times[judged], untold, skipped)


def _asked(series: Series) -> Iterator[Ask]:
    """What the stream asks when these readings come one after the other."""
    seen = Seen(utc_offset=UTC_OFFSET)
    meet(seen, _PROFILE)
    device = seen.device("cgm")
    for columns, time in _packets(series):
        yield from take(seen, device, columns, time, 0, True).asks
    yield from fall_silent(seen).asks


def _packets(series: Series) -> Iterator[tuple[Columns, int]]:
    """Each reading as replay sends it."""
    columns = (series.times_ms.tolist(), series.glucose.tolist(), series.meal.tolist())
    for time, glucose, meal in zip(*columns, strict=True):
        told = {"glucose": round(glucose, 1), "meal": meal}
        sent = {
            name: (array("q", [time]), array("d", [value]))
            for name, value in told.items()
            if possible(name, value)
        }
        if sent:
            yield sent, time


def _later(series: Series, times: NDArray[np.int64]) -> Array:
    """[n, 4] the readings nearest to 15, 30, 45 and 60 minutes after these times, NaN where none is near."""
    read, values = _readings(series)
    wanted = times[:, None] + _AHEAD_MS
    after = np.clip(np.searchsorted(read, wanted), 1, max(len(read) - 1, 1))
    before = after - 1
    at = np.where(wanted - read[before] <= read[np.minimum(after, len(read) - 1)] - wanted, before, after)
    at = np.minimum(at, len(read) - 1)
    return np.where(np.abs(read[at] - wanted) <= _NEAR_MS, values[at], np.nan)


def _steps(series: Series) -> int:
    """How many steps of the stream's grid, laid through the first reading, hold a reading."""
    read, _ = _readings(series)
    return len(np.unique((read - read[:1] + _NEAR_MS) // _STEP_MS))


def _readings(series: Series) -> tuple[NDArray[np.int64], Array]:
    """The minute of each reading and what was read."""
    known = ~np.isnan(series.glucose)
    return series.times_ms[known] // MINUTE * MINUTE, series.glucose[known]


def _none(skipped: int) -> Windows:
    rows, later = np.empty((0, STEPS, 3), np.float32), np.empty((0, len(_AHEAD_MS)), np.float32)
    return Windows(rows, later, np.empty(0, np.int64), skipped=skipped)


def by_patient(series: Iterator[Series]) -> dict[str, Windows]:
    """All windows of each person, over every wearing."""
    parts: dict[str, list[Windows]] = {}
    for one in series:
        parts.setdefault(one.patient, []).append(windows_of(one))
    return {name: join(found) for name, found in parts.items()}


def join(parts: list[Windows]) -> Windows:
    """All rows of several sets, in order."""
    rows, later, times = ([p.rows for p in parts], [p.later for p in parts], [p.times for p in parts])
    joined = np.concatenate(rows), np.concatenate(later), np.concatenate(times)
    untold, skipped = sum(part.untold for part in parts), sum(part.skipped for part in parts)
    return Windows(*joined, untold, skipped)
