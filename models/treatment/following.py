"""One minute of a wearer whose treatments are followed: days, comparisons, harm."""

from __future__ import annotations

from collections.abc import Iterator

from models.person import Person
from models.risk.found import Evidence
from models.treatment.days import close, learn, skip
from models.treatment.harm import harm
from models.treatment.signals import DAYS
from models.treatment.state import DAY_MS, Treatments, day_of
from models.treatment.table import HARMS
from models.treatment.watching import Start, follow, settle
from models.view import Observation, View


def starts(person: Person) -> Iterator[Start]:
    """Medicines and habits of a profile."""
    for medicine in person.medicines:
        yield Start(medicine.code, medicine.started, medicine.stopped)
    for habit in person.habits:
        yield Start(habit.name, habit.started, habit.stopped, habit=True)


def harm_is_watched(person: Person, side: str, now: int) -> bool:
    """Whether a medicine is taken at `now` (ms UTC) that is watched for harm of this side (`low`, `high`)."""
    return any(
        rule.side == side and taken.code.upper().startswith(rule.prefixes)
        for taken in person.medicines
        if taken.started is not None and taken.at(now) and now - taken.started <= DAYS * DAY_MS
        for rule in HARMS
    )


def observe(state: Treatments, view: View, person: Person) -> list[Evidence]:
    """Learn one minute, and tell harm that it shows."""
    day = day_of(view.minute, view.utc_offset)
    if day > state.day:
        close(state)
        settle(state, day)
        skip(state, day)
    if state.watched or person.medicines or person.habits:
        follow(state, starts(person), view.minute, view.utc_offset)
    if day == state.day:
        learn(state, view)
    return list(harm(state, view)) if state.watched else []


def follow_record(
    state: Treatments, observation: Observation, person: Person
) -> Iterator[tuple[Evidence, View]]:
    """Evidence of all minutes of one record, each with its view."""
    if observation.another:
        changed(state)
    for view in observation.views:
        for found in observe(state, view, person):
            yield found, view


def changed(state: Treatments) -> None:
    """The profile has changed: what it says begins and ends with the next minute, not with the next hour."""
    state.followed = 0
