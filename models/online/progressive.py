"""Progressive validation: how far each model of the own normal was off, measured before it learnt.

Each value is first foretold and then learnt (Dawid 1984, J R Stat Soc A 147:278, "prequential"), so the
errors are of data that the model has not seen. Beside them stands the error of the last value taken for the
next. Sums by signal hold no wearer: a worker can add them up for a whole cohort.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from models.online.baseline import Usual


class Error(NamedTuple):
    """One foretold value, beside what came."""

    signal: str
    unit: float
    """Absolute error in the signal's unit."""
    spreads: float
    """The same in the spreads that the model believed in."""
    naive: float
    """Absolute error of the last value, in the signal's unit."""


def error(signal: str, value: float, usual: Usual, last: float) -> Error:
    """How far a minute's value was from its usual as known before, and from the minute before it."""
    away = abs(value - usual.mean)
    return Error(signal, away, away / usual.spread, abs(value - last))


@dataclass(slots=True)
class Sums:
    """Errors of one signal, added up."""

    count: int = 0
    unit: float = 0.0
    spreads: float = 0.0
    naive: float = 0.0

    def add(self, one: Error) -> None:
        """Add an error."""
        self.count += 1
        self.unit += one.unit
        self.spreads += one.spreads
        self.naive += one.naive


@dataclass(slots=True)
class Progress:
    """Errors by signal, of whomever they are."""

    sums: dict[str, Sums] = field(default_factory=dict)

    def add(self, errors: Iterable[Error]) -> None:
        """Add errors."""
        for one in errors:
            self.sums.setdefault(one.signal, Sums()).add(one)

    def take(self) -> dict[str, Sums]:
        """What was added since the last time, by signal."""
        taken, self.sums = self.sums, {}
        return taken
