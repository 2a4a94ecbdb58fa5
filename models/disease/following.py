"""One record of a wearer whose long-term risks are followed."""

from __future__ import annotations

import math
from collections.abc import Iterator

from models.disease.longterm import evidence, learn_answers, learn_pressure
from models.disease.state import LongTerm
from models.person import Person
from models.risk.found import Evidence
from models.view import Observation, View


def follow_record(
    state: LongTerm, observation: Observation, person: Person
) -> Iterator[tuple[Evidence, View]]:
    """Keep what one record tells of long-term risks, and say a word about them if it is time to."""
    if observation.another:
        state.void()
    learn_answers(state, observation.asks)
    for view in observation.views:
        clinical = view.clinical
        if clinical is not None and clinical.pressure_days and clinical.pressure_at != _read(state):
            bmi = person.numbers(view.minute)["bmi"]
            days = [(day.sbp, day.dbp) for day in clinical.pressure_days]
            learn_pressure(state, clinical.pressure_at, days, bmi)
        found = evidence(state, view.minute)
        if found is not None:
            yield found, view


def _read(state: LongTerm) -> float:
    """When the newest reading was that was looked at."""
    return math.nan if state.pressure is None else state.pressure.time
