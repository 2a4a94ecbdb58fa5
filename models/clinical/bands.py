"""Bands of a value: the one kind of table in which every clinical rule here is written."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

from streams.records import Finding

Label = TypeVar("Label")


class Band(NamedTuple):
    """What a band is called, and how bad it is: 0 = as wanted, higher is worse."""

    name: str
    grade: int


@dataclass(frozen=True, slots=True)
class Bands(Generic[Label]):
    """Labels by value: `labels[i]` holds up to and including `upper[i]`, the last one above all.

    Raises ValueError when the edges don't ascend or a label is missing.
    """

    upper: tuple[float, ...]
    labels: tuple[Label, ...]
    step: float
    """Resolution at which the table is written: values are rounded to it before they are looked up."""

    def __post_init__(self) -> None:
        if len(self.labels) != len(self.upper) + 1 or any(a >= b for a, b in pairwise(self.upper)):
            raise ValueError("bands need ascending edges and one label more than edges")

    def of(self, value: float) -> Label:
        """The label of one value."""
        return self.labels[bisect_left(self.upper, rounded(value, self.step) - 1e-9)]


def rounded(value: float, step: float) -> float:
    """The value at the resolution `step`. Halves go up, as people round; Python rounds to even."""
    return math.floor(value / step + 0.5) * step


def finding(
    name: str, value: float, unit: str, bands: Bands[Band], source: str, days: float | None = None
) -> Finding:
    """A measure with the band that it lies in."""
    band = bands.of(value)
    return Finding(name, round(rounded(value, bands.step), 3), unit, band.name, source, days, band.grade)
