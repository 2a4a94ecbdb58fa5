"""Answers the policy's question for advice from the catalogue, by what the profile says at that time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

from models.advice.catalogue import Catalogue
from models.advice.facts import Known
from models.person import Person
from models.policy.case import Asked
from streams.records import Advice, Condition


def adviser(catalogue: Catalogue) -> Callable[[Asked], list[Advice]]:
    """What answers questions: pure, the same question has the same answer."""

    def advise(asked: Asked) -> list[Advice]:
        return catalogue.advise(
            cast("Condition", asked.condition),
            asked.side,
            asked.priority,
            asked.context,
            catalogue.facts_of(known_of(asked.person, asked.now, asked.oxygen_scale)),
            cause=asked.cause,
            historic=asked.historic,
            beside=asked.beside,
        )

    return advise


def known_of(person: Person, now: int, oxygen_scale: int = 1) -> Known:
    """What is known of a wearer at `now` (ms UTC): medicines that are taken then, age then."""
    age = person.age(now)
    return Known(
        age=None if math.isnan(age) else age,
        diabetes=person.diabetes,
        pregnant=person.pregnant,
        athlete=person.athlete,
        on_oxygen=bool(person.oxygen(now)),
        oxygen_scale=oxygen_scale,
        medicines=[taken.code for taken in person.medicines if taken.at(now)],
        conditions=person.conditions,
        genotype=person.genotype,
    )
