"""Wearers whose days are made up: one reading a minute of chosen hours."""

from __future__ import annotations

from collections.abc import Iterable

from models.person import Kept, Person, Taken
from models.risk.found import Evidence
from models.signals.activity import Context
from models.treatment.following import observe
from models.treatment.state import DAY_MS, Treatments
from models.view import View

MINUTE = 60_000
BEGIN = 20_000 * DAY_MS
"""Midnight UTC."""
METOPROLOL = "C07AB02"


def at(day: float) -> int:
    """Days after the beginning, ms UTC."""
    return BEGIN + int(day * DAY_MS)


def minute(time: int, values: dict[str, float], context: Context = "rest", **more: object) -> View:
    """A minute with readings that are steady."""
    return View(time, context, values, dict(values), **more)  # type: ignore[arg-type]


def taking(*codes: str, since: float = 14.0, until: float | None = None) -> Person:
    """Someone who takes medicines from and to a day."""
    stopped = None if until is None else at(until)
    return Person(medicines=tuple(Taken(code, at(since), stopped) for code in codes))


def walking(since: float = 14.0) -> Person:
    """Someone who began to walk."""
    return Person(habits=(Kept("walking", at(since)),))


def lasting(
    state: Treatments,
    time: int,
    values: dict[str, float],
    person: Person,
    context: Context = "rest",
    minutes: int = 17,
    **more: object,
) -> list[Evidence]:
    """Readings that stay the same for some minutes."""
    views = (minute(time + k * MINUTE, dict(values), context, **more) for k in range(minutes))
    return [found for view in views for found in observe(state, view, person)]


def live(
    state: Treatments,
    days: Iterable[int],
    levels: dict[str, float],
    person: Person | None = None,
    context: Context = "rest",
) -> list[Evidence]:
    """Two hours of readings of each day, in the afternoon."""
    told = []
    for day in days:
        for k in range(40):
            view = minute(at(day + 0.6) + k * 3 * MINUTE, dict(levels), context)
            told += observe(state, view, person or Person())
    return told
