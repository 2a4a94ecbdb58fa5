"""Glucose over two weeks: minutes in each band by day, time in range, and whether it is on target.

Source: Battelino et al., international consensus on time in range (ATTD), Diabetes Care 2019, taken up by the
ADA: bands and targets for most adults with diabetes, over 14 days of which at least 70 % were worn. Other
targets hold in pregnancy and for older or frail people: those are not judged here.
"""

from __future__ import annotations

from array import array

import msgspec

from models.clinical.bands import Band, Bands, finding
from streams.records import Finding

SOURCE = "Battelino et al., time in range, ATTD 2019"
MINUTE = 60_000
DAY_MIN = 1440
DAYS = 14
WORN = 0.7
STANDS_MIN = 16
"""A reading stands for the time since the one before, up to a device's longest step (15) and jitter."""

VERY_LOW, LOW, IN_RANGE, HIGH, VERY_HIGH = range(5)
BANDS = Bands((53, 69, 180, 250), (VERY_LOW, LOW, IN_RANGE, HIGH, VERY_HIGH), 1)
"""mg/dL: below 54, 54 to 69, 70 to 180, 181 to 250, above 250."""
NOW = Bands(
    (53, 69, 180, 250),
    (
        Band("very low", 2),
        Band("low", 1),
        Band("in range", 0),
        Band("high", 1),
        Band("very high", 2),
    ),
    1,
)

_MET, _MISSED = Band("on target", 0), Band("off target", 1)


def _at_most(edge: float) -> Bands[Band]:
    return Bands((edge,), (_MET, _MISSED), 0.1)


# Name, the bands whose share it is, and the target, in per cent. Each target excludes its own edge.
TARGETS: tuple[tuple[str, tuple[int, ...], Bands[Band]], ...] = (
    ("glucose 70-180", (IN_RANGE,), Bands((70.0,), (_MISSED, _MET), 0.1)),
    ("glucose below 70", (VERY_LOW, LOW), _at_most(3.9)),
    ("glucose below 54", (VERY_LOW,), _at_most(0.9)),
    ("glucose above 180", (HIGH, VERY_HIGH), _at_most(24.9)),
    ("glucose above 250", (VERY_HIGH,), _at_most(4.9)),
)
COUNTS = len(NOW.labels)
EMPTY = bytes(2 * DAYS * COUNTS)


class GlucoseControl(msgspec.Struct, array_like=True, gc=False):
    """Minutes in each band, for each of the newest fourteen days (UTC); at most 150 bytes."""

    last: int = 0
    """Newest reading, minutes since 1970; 0 before the first."""
    counts: bytes = EMPTY
    """Unsigned 16-bit numbers: by day (modulo 14) and band."""

    def put(self, minute: int, value: float) -> None:
        """Take one reading (ms UTC, mg/dL); one older than the newest changes nothing."""
        now = minute // MINUTE
        if now <= self.last:
            return
        counts = array("H", self.counts)
        today, before = now // DAY_MIN, self.last // DAY_MIN
        for day in range(max(before + 1, today - DAYS + 1), today + 1):
            start = day % DAYS * COUNTS
            counts[start : start + COUNTS] = array("H", bytes(2 * COUNTS))
        stands = now - self.last
        counts[today % DAYS * COUNTS + BANDS.of(value)] += stands if stands <= STANDS_MIN else 1
        self.last, self.counts = now, counts.tobytes()

    def minutes(self) -> list[int]:
        """Minutes in each band over the window."""
        counts = array("H", self.counts)
        return [sum(counts[band::COUNTS]) for band in range(COUNTS)]

    @property
    def worn(self) -> float:
        """Share of the window, the newest fourteen days of which today is not over, that readings cover."""
        window = (DAYS - 1) * DAY_MIN + self.last % DAY_MIN + 1
        return min(sum(self.minutes()) / window, 1.0)

    def findings(self) -> list[Finding]:
        """Each share of time beside its target; nothing while too little was worn."""
        minutes, worn = self.minutes(), self.worn
        if worn < WORN:
            return []
        total, days = sum(minutes), round(sum(minutes) / DAY_MIN, 1)
        return [
            finding(name, 100.0 * sum(minutes[band] for band in bands) / total, "%", target, SOURCE, days)
            for name, bands, target in TARGETS
        ]


def glucose_finding(value: float) -> Finding:
    """One reading (mg/dL) with its band."""
    return finding("glucose", value, "mg/dL", NOW, SOURCE)
