"""Blood pressure: categories in the office and at home, and a crisis that must be measured again.

Sources: office and home categories ESC 2024 (hypertension from 140/90 in the office; from 135/85 at home,
which is also the home value of ACC/AHA 2017); crisis from 180/120 on, to be measured again after one to five
minutes (American Heart Association, NHLBI). ESH 2023 advises against diagnosing with cuffless devices: their
readings are not taken here at all.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

from models.clinical.bands import Band, Bands
from streams.records import Finding

MINUTE = 60_000
DAY_MIN = 1440
Place = Literal["office", "home"]

ESC = "ESC guidelines for elevated blood pressure, 2024"
HOME_SOURCE = f"{ESC}; ACC/AHA 2017, home value"

_USUAL, _ELEVATED, _HIGH = Band("not elevated", 0), Band("elevated", 1), Band("in the hypertension range", 2)
TABLES: dict[Place, dict[str, Bands[Band]]] = {
    "office": {
        "sbp": Bands((119, 139), (_USUAL, _ELEVATED, _HIGH), 1),
        "dbp": Bands((69, 89), (_USUAL, _ELEVATED, _HIGH), 1),
    },
    "home": {
        "sbp": Bands((119, 134), (_USUAL, _ELEVATED, _HIGH), 1),
        "dbp": Bands((69, 84), (_USUAL, _ELEVATED, _HIGH), 1),
    },
}

CRISIS = (180.0, 120.0)
"""mmHg, systolic or diastolic, at or above."""
CRISIS_PREGNANT = (160.0, 110.0)
"""The same in pregnancy: severe hypertension of NICE NG133, 2019."""
AGAIN_MIN, WITHIN_MIN = 1, 30
"""A crisis counts as repeated when two successive readings lie so many minutes apart."""

KEPT_DAYS = 7
FEWEST_DAYS = 3
"""Days with a morning and an evening reading before a mean counts."""
MORNING, EVENING = (4, 12), (16, 24)
"""Local hours."""


def category(systolic: float, diastolic: float, place: Place) -> Band:
    """The worse of the two bands (mmHg)."""
    table = TABLES[place]
    return max(table["sbp"].of(systolic), table["dbp"].of(diastolic), key=lambda band: band.grade)


class Reading(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One reading with a cuff: minutes since 1970, mmHg; 0 = not measured."""

    minute: int
    sbp: int
    dbp: int

    def critical(self, limits: tuple[float, float] = CRISIS) -> bool:
        """Whether either pressure is at or above its limit."""
        return self.sbp >= limits[0] or self.dbp >= limits[1]


class DayMean(NamedTuple):
    """Mean pressures of one local day (days since 1970), mmHg."""

    day: int
    sbp: float
    dbp: float


class Day(msgspec.Struct, array_like=True, gc=False):
    """The sums of one local day's whole readings."""

    day: int
    count: int = 0
    sbp: int = 0
    dbp: int = 0
    parts: int = 0
    """1 with a morning reading, 2 with an evening one, 3 with both."""

    def put(self, reading: Reading, hour: int) -> None:
        """Add a reading of a local hour."""
        self.count += 1
        self.sbp += reading.sbp
        self.dbp += reading.dbp
        self.parts |= (MORNING[0] <= hour < MORNING[1]) + 2 * (EVENING[0] <= hour < EVENING[1])


class Pressures(msgspec.Struct, array_like=True, gc=False):
    """The two newest readings, and the days of the newest week; about 100 bytes at most."""

    readings: list[Reading] = []
    days: list[Day] = []

    def put(
        self,
        minute: int,
        systolic: float | None,
        diastolic: float | None,
        utc_offset: int,
        at_home: bool = True,
    ) -> None:
        """Take one reading with a cuff (ms UTC; mmHg; minutes east of UTC).

        One older than the newest counts for its day alone, one in hospital for no day.
        """
        reading = Reading(minute // MINUTE, _whole(systolic), _whole(diastolic))
        if not self.readings or reading.minute > self.readings[-1].minute:
            self.readings = [*self.readings[-1:], reading]
        if reading.sbp and reading.dbp and at_home:
            local = reading.minute + utc_offset
            day = self._day(local // DAY_MIN)
            if day is not None:
                day.put(reading, local // 60 % 24)

    def _day(self, number: int) -> Day | None:
        newest = max(number, self.days[-1].day if self.days else number)
        self.days = [day for day in self.days if day.day > newest - KEPT_DAYS]
        if number <= newest - KEPT_DAYS:
            return None
        for day in self.days:
            if day.day == number:
                return day
        day = Day(number)
        self.days.append(day)
        self.days.sort(key=lambda kept: kept.day)
        return day

    def day_means(self) -> tuple[DayMean, ...]:
        """The means of each day, oldest first."""
        return tuple(DayMean(day.day, day.sbp / day.count, day.dbp / day.count) for day in self.days)

    def findings(self) -> list[Finding]:
        """Home means beside their category, once three days have a morning and an evening reading."""
        if sum(day.parts == 3 for day in self.days) < FEWEST_DAYS:
            return []
        count = sum(day.count for day in self.days)
        systolic, diastolic = (sum(getattr(d, name) for d in self.days) / count for name in ("sbp", "dbp"))
        band, days = category(systolic, diastolic, "home"), float(len(self.days))
        return [
            Finding(name, round(mean, 1), "mm[Hg]", band.name, HOME_SOURCE, days, band.grade)
            for name, mean in (("systolic at home", systolic), ("diastolic at home", diastolic))
        ]


def stage(readings: tuple[Reading, ...], limits: tuple[float, float] = CRISIS) -> int:
    """How sure a crisis is at the newest reading: 0 none, 1 seen once (measure again), 2 repeated."""
    if not readings or not readings[-1].critical(limits):
        return 0
    if len(readings) == 1 or not readings[-2].critical(limits):
        return 1
    apart = readings[-1].minute - readings[-2].minute
    return 2 if AGAIN_MIN <= apart <= WITHIN_MIN else 1


def _whole(value: float | None) -> int:
    return 0 if value is None else int(value + 0.5)
