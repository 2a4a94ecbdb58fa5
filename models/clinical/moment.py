"""What clinical rules know over days, as observing hands it to deciding."""

from __future__ import annotations

from dataclasses import dataclass

from models.clinical.blood_pressure import DayMean, Reading
from streams.records import Finding

MINUTE = 60_000
STANDS_MS = 14 * 86_400_000
"""Findings over days that nothing was added to for so long are no longer told."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Findings over days, as they stand; never changed once made."""

    readings: tuple[Reading, ...] = ()
    """The newest readings of blood pressure with a cuff, at most two, oldest first."""
    pressure_days: tuple[DayMean, ...] = ()
    """Mean pressures at home of each day of the newest week, oldest first."""
    pressure: tuple[Finding, ...] = ()
    glucose: tuple[Finding, ...] = ()
    glucose_at: int = 0
    """Newest reading of glucose, ms UTC."""

    @property
    def pressure_at(self) -> int:
        """Newest reading of blood pressure, ms UTC; 0 = none."""
        return self.readings[-1].minute * MINUTE if self.readings else 0

    def findings(self, now: int) -> list[Finding]:
        """What still stands at `now` (ms UTC)."""
        kept = ((self.pressure_at, self.pressure), (self.glucose_at, self.glucose))
        return [finding for at, findings in kept if now - at <= STANDS_MS for finding in findings]


NOTHING = Moment()
