"""A usual that is known beforehand: what a profile says before a wearer's own minutes have told."""

from __future__ import annotations

from models.online.baseline import Usual
from models.person import Person

WIDE = 3.0
"""Such a usual is believed so many measurement errors wide: nobody said how much the wearer varies."""


def known_usual(person: Person, key: str, floor: float) -> Usual | None:
    """The usual that the profile gives for `signal@context` or `signal`; None when it says nothing.

    `floor` is the vital's measurement error in its unit. A value said for a signal alone is one at rest and
    says nothing of sleep.
    """
    value = person.baselines.get(key)
    if value is None and not key.endswith("@asleep"):
        value = person.baselines.get(key.partition("@")[0])
    return None if value is None else Usual(value, WIDE * floor, value, WIDE * floor)
