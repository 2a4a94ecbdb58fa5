"""Evidence: the one currency in which every judge pays the policy."""

from __future__ import annotations

import msgspec

from models.deep.asks import Ask
from models.person import Person
from streams.records import Contribution

NOBODY = Person()
"""Of whom no profile tells."""


class Evidence(msgspec.Struct):
    """What one moment says of one condition."""

    condition: str
    time: int
    level: int
    risk: float
    contributions: list[Contribution] = []
    side: str = ""
    """`high` or `low` where a condition has two sides: each has a course and alerts of its own."""
    probability: float | None = None
    """What a calibrated network says; None where `risk` only rises with danger."""
    cause: str | None = None
    networks: tuple[str, ...] = ()
    """Those that speak here."""
    delay_ms: int | None = None
    """How long it must last, where the rule's own delay is not meant."""
    ask: Ask | None = None
    """The question to a network that speaks for it: what an explanation takes apart."""
    beyond: float | None = None
    """How far the reading is past the mildest edge in force for this wearer, in its own unit; negative on the
    safe side, None where there is no such number."""

    @property
    def key(self) -> str:
        """What the course of this evidence is kept under."""
        return f"{self.condition}:{self.side}" if self.side else self.condition


class Leeway(msgspec.Struct, frozen=True):
    """What deciding needs of the wearer, as it was when the record was observed."""

    oxygen_scale: int = 1
    person: Person = NOBODY
