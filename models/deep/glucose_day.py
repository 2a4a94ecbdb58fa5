"""The last 26 hours of a wearer's glucose on the network's 15-minute grid, kept as the readings come."""

from __future__ import annotations

import math
from array import array

import msgspec
import numpy as np

from models.deep.glucose import RECENT, STEP_MIN, STEPS, Rows

_STEP_MS = STEP_MIN * 60_000
_MINUTE = 60_000
FEWEST = RECENT // 2
"""Readings within the last six hours below which nothing is foretold: with one alone the network, which has
hardly seen that, foretells a low from the time of day."""
_UNSAID = -1
"""Nobody said whether something was eaten."""


class DaySnapshot(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A day as plain data; columns as little-endian bytes, oldest step first."""

    shift: int
    newest: int
    asked: int
    glucose: bytes
    counts: bytes
    meals: bytes
    read: int = 0


class GlucoseDay:
    """Mean glucose of each step and whether something was eaten; steps are counted from 1970.

    The grid is laid so that the first reading falls on it: a sensor that reads every 15 minutes is never
    moved, one that reads more often comes to the mean of a step.
    """

    __slots__ = ("_asked", "_counts", "_glucose", "_meals", "_newest", "_read", "_shift")

    def __init__(self, snapshot: DaySnapshot | None = None) -> None:
        self._shift, self._newest, self._asked, self._read = -1, 0, 0, 0
        self._glucose = array("f", [math.nan]) * STEPS
        self._counts = array("B", [0]) * STEPS
        self._meals = array("b", [_UNSAID]) * STEPS
        if snapshot is not None:
            self._shift, self._newest, self._asked = snapshot.shift, snapshot.newest, snapshot.asked
            self._read = snapshot.read
            self._glucose = array("f", snapshot.glucose)
            self._counts, self._meals = array("B", snapshot.counts), array("b", snapshot.meals)

    def put(self, minute: int, glucose: float | None, meal: float | None = None) -> None:
        """Take what a minute (start, ms UTC) says: mg/dL, and whether something was eaten (0 or 1)."""
        if self._shift < 0:
            if glucose is None:
                return
            self._shift = minute % _STEP_MS
        step = (minute - self._shift + _STEP_MS // 2) // _STEP_MS
        if step > self._newest:
            self._forward(step)
        at = STEPS - 1 - (self._newest - step)
        if at < 0:
            return
        if glucose is not None:
            self._mean(at, glucose)
            self._read = max(self._read, minute)
        if meal is not None:
            self._meals[at] = max(self._meals[at], int(meal > 0))

    def row(self, utc_offset: int) -> tuple[int, Rows] | None:
        """The network's row [104, 3] as of the newest reading, once for each step, and that reading's time.

        `utc_offset` in minutes; the time is the reading's minute, ms UTC: the middle of its step, which the
        row's clock tells, may still be to come. None when this step was asked for already, has no
        reading, or there are too few before it.
        """
        if self._newest <= self._asked or math.isnan(self._glucose[-1]):
            return None
        self._asked = self._newest
        if sum(map(bool, self._counts[-RECENT:])) < FEWEST:
            return None
        time = self._newest * _STEP_MS + self._shift
        row = np.empty((STEPS, 3), np.float32)
        row[:, 0] = self._glucose
        row[:, 1] = self._eaten()
        row[:, 2] = (time // _MINUTE + utc_offset) % 1440
        return self._read, row

    def snapshot(self) -> DaySnapshot:
        """The state as plain data."""
        columns = (self._glucose.tobytes(), self._counts.tobytes(), self._meals.tobytes())
        return DaySnapshot(self._shift, self._newest, self._asked, *columns, self._read)

    def _eaten(self) -> Rows:
        """Whether something was eaten in each step [104]: NaN before anyone first said, 0 where none did."""
        meals = np.array(self._meals, dtype=np.float32)
        said = np.flatnonzero(meals > _UNSAID)
        eaten = np.maximum(meals, 0.0)
        eaten[: said[0] if said.size else STEPS] = np.nan
        return eaten

    def _forward(self, step: int) -> None:
        """Let the steps that are too old go."""
        gone = min(step - self._newest, STEPS) if self._newest else STEPS
        self._glucose = self._glucose[gone:] + array("f", [math.nan]) * gone
        self._counts = self._counts[gone:] + array("B", [0]) * gone
        self._meals = self._meals[gone:] + array("b", [_UNSAID]) * gone
        self._newest = step

    def _mean(self, at: int, glucose: float) -> None:
        count = self._counts[at]
        mean = self._glucose[at] if count else 0.0
        self._counts[at] = min(count + 1, 255)
        self._glucose[at] = mean + (glucose - mean) / (count + 1)
