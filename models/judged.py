"""What deciding writes of a wearer: the course of each condition, and what networks told."""

from __future__ import annotations

import msgspec

from models.policy.episode import Episode


class Clearest(msgspec.Struct, array_like=True, gc=False):
    """A window of beats that is kept for an explanation."""

    probability: float
    start: int
    end: int
    intervals: bytes
    """60 of float32, ms."""


class Foretold(msgspec.Struct, array_like=True, gc=False):
    """A risk that a network told, and when, ms UTC."""

    risk: float
    time: int


class Judged(msgspec.Struct, gc=False):
    """What deciding writes: the course of each condition."""

    episodes: dict[str, Episode] = {}
    rhythm: list[float] = []
    """Probabilities of the newest rhythm windows, oldest first."""
    rhythm_end: int = 0
    """End of the newest rhythm window, ms."""
    clearest: Clearest | None = None
    """The window among them that speaks most for an irregular rhythm, if any does."""
    foretold: dict[str, Foretold] = {}
    """The newest answer of each network that foretells, by condition."""
    answered: dict[str, int] = {}
    """When each network was last asked: end of what the row spoke of, ms UTC."""
    causes: dict[str, tuple[int, int]] = {}
    """Why readings were unusable: cause to first and last minute of its run."""
    risk_told: int = 0
    """Event time of the last risk record, ms."""
    level: str = "none"

    def forget(self) -> None:
        """Forget all that was judged, but when it was told."""
        for found in (self.episodes, self.rhythm, self.foretold, self.answered, self.causes):
            found.clear()
        self.clearest = None
