"""What is kept of a wearer's long-term risks: the newest estimates, and what was said of them."""

from __future__ import annotations

import msgspec

from models.disease.diabetes import Known
from models.disease.hypertension import Pressure


class Spoken(msgspec.Struct, array_like=True, gc=False):
    """What was made of an estimate so far."""

    high: bool = False
    base: int = 0
    """The probability that a rise is counted from, in ten-thousandths; 0 before the first."""
    last: int = 0
    """When a word was last said of it, ms UTC."""


class LongTerm(msgspec.Struct, array_like=True, gc=False):
    """All that is kept of a wearer's long-term risks."""

    diabetes: Known | None = None
    pressure: Pressure | None = None
    spoken: dict[str, Spoken] = {}
    out: str = ""
    """What a word is out about."""
    last: int = 0
    """When the last word was said, ms UTC."""
    fresh: bool = False
    """An estimate is new since it was last asked whether there is something to say."""

    def void(self) -> None:
        """The profile tells of other facts: what rests on the old ones is void. What was said stays known."""
        self.diabetes = None
