"""One minute of a wearer whose treatments are followed: days, comparisons, harm."""

from __future__ import annotations

from collections.abc import Iterator

from models.person import Person
from models.risk.found import Evidence
from models.treatment.days import close, learn, skip
from models.treatment.harm import harm
from models.treatment.state import Treatments, day_of
from models.treatment.watching import Start, follow, settle
from models.view import Observation, View


def starts(person: Person) -> Iterator[Start]:
    """Medicines and habits of a profile."""
    for medicine in person.medicines:
        yield Start(medicine.code, medicine.started, medicine.stopped)
    for habit in person.habits:
        yield Start(habit.name, habit.started, habit.stopped, habit=True)


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
