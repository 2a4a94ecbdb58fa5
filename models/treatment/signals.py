"""What is compared before and after a treatment: a vital in one context, a value a day, in one byte."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from models.signals.activity import Context

DAYS: Final = 28
"""Days that are kept."""
TOP: Final = 255
WEEK = "a whole week, so that weekdays and weekend are both in it"
DEVICE = "the device's own error"


@dataclass(frozen=True, slots=True)
class Watched:
    """One vital in one context.

    A day's value is kept as a byte: 0 = none, else `origin + step * byte`. `matters` is the change (in the
    vital's unit) below which nobody speaks of one; `reach` is how far from the day's level a minute counts.
    """

    key: str
    contexts: tuple[Context, ...]
    origin: float
    step: float
    fewest: int
    """Readings that make a day."""
    before: int
    """Days before that a comparison needs."""
    after: int
    matters: float
    reach: float
    source: str

    @property
    def signal(self) -> str:
        """The vital's name."""
        return self.key.partition("@")[0]

    def packed(self, value: float) -> int:
        """A day's value as a byte."""
        return min(max(round((value - self.origin) / self.step), 1), TOP)

    def value(self, byte: int) -> float:
        """The day's value of a byte that is not 0."""
        return self.origin + self.step * byte


ANY: Final[tuple[Context, ...]] = ("asleep", "rest", "recovering", "active", "unknown")
BP = "days: ESC 2024, home readings; change: BPLTTC, Lancet 2021 (5 mmHg systolic is 10 % of major events)"
HRV = f"days: Plews 2014, lnRMSSD; change: {DEVICE}"
CGM = f"days: ATTD 2019, 14 days; change: {DEVICE}"
CALM = f"days: {WEEK}; change: {DEVICE}"

TABLE: Final = (
    Watched("hr@asleep", ("asleep",), 24.5, 0.5, 30, 5, 7, 2.0, 8.0, CALM),
    Watched("hr@rest", ("rest",), 24.5, 0.5, 30, 5, 7, 2.0, 8.0, CALM),
    Watched("rr@asleep", ("asleep",), 1.8, 0.2, 30, 5, 7, 1.0, 4.0, CALM),
    Watched("hrv@asleep", ("asleep",), 0.98, 0.02, 20, 5, 5, 0.15, 0.6, HRV),
    Watched("temp", ("asleep", "rest", "unknown"), 29.95, 0.05, 1, 5, 7, 0.1, 0.4, CALM),
    Watched("sbp", ("asleep", "rest", "unknown"), 39.0, 1.0, 1, 3, 7, 5.0, 20.0, BP),
    Watched("dbp", ("asleep", "rest", "unknown"), 19.0, 1.0, 1, 3, 7, 4.0, 16.0, BP),
    Watched("glucose", ANY, 18.0, 2.0, 4, 7, 14, 10.0, 60.0, CGM),
)
"""Breath and variability while asleep only: awake, talk and posture move them more than a treatment does."""
CUFF: Final = frozenset({"sbp", "dbp"})
BY_CONTEXT: Final[dict[Context, tuple[tuple[int, str], ...]]] = {
    context: tuple((i, row.signal) for i, row in enumerate(TABLE) if context in row.contexts)
    for context in ANY
}
"""Place in the table and name of the vital, by what the wearer is doing."""
