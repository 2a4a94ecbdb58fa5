"""From evidence that is about to become an alert to the words that usefulness is learnt from."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime
from typing import Protocol

from models.risk.found import Evidence
from models.usefulness.situation import WORDS, Situation
from models.view import View

HOUR_MS = 3_600_000
SEX = {True: "male", False: "female", None: "unknown"}
# Edges of the bands; a value at an edge belongs to the band above it.
HOURS = (6, 10, 14, 18, 22)
HOURS_WORDS = ("night", "morning", "midday", "afternoon", "evening", "night")
QUALITY = (0.6, 0.9)
CHANGE = (2.0, 3.0, 4.0, 6.0)
STRENGTH = (0.55, 0.7, 0.9)
"""Bands of `Evidence.risk`, which is .5 at the mildest edge."""
NORMAL_DAYS = (2.0, 14.0)
AGE = (18, 40, 65, 80)


class Known(Protocol):
    """What of a person the words tell."""

    @property
    def birth_year(self) -> int | None: ...  # noqa: D102
    @property
    def male(self) -> bool | None: ...  # noqa: D102
    @property
    def diabetes(self) -> bool: ...  # noqa: D102


def situate(
    found: Evidence,
    view: View | None,
    priority: str,
    person: Known,
    now: int,
    normal_days: float | None = None,
) -> Situation:
    """The situation of an alert that `found` would raise with this priority at `now` (ms UTC).

    `view` is the minute behind the evidence, or the newest one when a network looked back over many.
    `normal_days` is how long the wearer's own normal has been learnt, None where nobody knows.
    """
    return Situation(
        found.condition,
        found.side,
        priority,
        "unknown" if view is None else view.context,
        "unknown" if view is None else _hours(found.time, view.utc_offset),
        _quality(found, view),
        _change(found, view),
        _band(found.risk, STRENGTH, WORDS["strength"]),
        WORDS["vitals"][min(len(found.contributions), 3)],
        "unknown" if normal_days is None else _band(normal_days, NORMAL_DAYS, WORDS["normal"][1:]),
        "network" if found.networks else "rule",
        "yes" if person.diabetes else "no",
        _age(person.birth_year, now),
        SEX[person.male],
    )


def cohort(person: Known, now: int) -> str:
    """Sex and age band at `now` (ms UTC) as one word, for what is added up over people."""
    return f"{SEX[person.male]}_{_age(person.birth_year, now)}"


def _band(value: float, edges: tuple[float, ...], words: tuple[str, ...]) -> str:
    return words[bisect_right(edges, value)]


def _hours(time: int, utc_offset: int) -> str:
    hour = (time + utc_offset * 60_000) // HOUR_MS % 24
    return HOURS_WORDS[bisect_right(HOURS, hour)]


def _quality(found: Evidence, view: View | None) -> str:
    judged = view.quality if view else {}
    shares = [judged[c.signal].share for c in found.contributions if c.signal in judged]
    return _band(min(shares), QUALITY, WORDS["quality"][1:]) if shares else "unknown"


def _change(found: Evidence, view: View | None) -> str:
    """In spreads of the own usual, where a vital behind the evidence has one."""
    usuals = view.usual if view else {}
    distances = [
        abs(c.value - usuals[c.signal].mean) / usuals[c.signal].spread
        for c in found.contributions
        if c.signal in usuals
    ]
    return _band(max(distances), CHANGE, WORDS["change"][1:]) if distances else "unknown"


def _age(birth_year: int | None, now: int) -> str:
    if birth_year is None:
        return "unknown"
    return _band(datetime.fromtimestamp(now / 1000, UTC).year - birth_year, AGE, WORDS["age"][1:])
