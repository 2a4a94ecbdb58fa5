"""What deciding writes of a wearer: the course of each condition, what was told, and what networks told."""

from __future__ import annotations

import msgspec

from models.disease.state import LongTerm
from models.policy.episode import Episode
from models.policy.life import Life, Mute
from models.policy.rate import Raise
from models.risk.fusion import Spoken
from models.treatment.state import Treatments
from models.usefulness.taught import Taught


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


class Glimpse(msgspec.Struct, array_like=True, gc=False):
    """What a trace told of a signal, as `streams.records.Reading`; `minute` is its start, ms UTC."""

    minute: int
    value: float | None
    usual: float | None
    low: float | None
    high: float | None
    quality: float | None
    cause: str


class Judged(msgspec.Struct, array_like=True, gc=False):
    """What deciding writes: courses and alerts are kept under `condition` or `condition:side`."""

    episodes: dict[str, Episode] = {}
    lives: dict[str, Life] = {}
    """Alerts that are out, by the course that was the first of their cause."""
    muted: dict[str, Mute] = {}
    """Snoozes that outlast their alerts, by course."""
    over: dict[str, int] = {}
    """Event time (ms UTC) up to which alerts were told that are over, by course."""
    raises: list[Raise] = []
    """Alerts of the last day, for the rate limit."""
    suppressed: int = 0
    """Alerts that the rate limit held back since one was raised."""
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
    taught: Taught = msgspec.field(default_factory=Taught)
    """What this wearer's alerts were like, and how they were answered."""
    lately: dict[str, Spoken] = {}
    """What judges that speak rarely said last."""
    long_term: LongTerm | None = None
    treatments: Treatments | None = None
    traced: dict[str, Glimpse] = {}
    """What traces told last of each signal."""
    withdrawn: int = 0
    """Event time (ms UTC) up to which nothing is judged again: the wearer had withdrawn by then."""

    def told_until(self, course: str) -> int:
        """Event time (ms UTC) up to which this course was told, or must not be told again."""
        return max(self.over.get(course, 0), self.withdrawn)

    def forget(self) -> None:
        """Forget all that was judged, but when it was told and until when."""
        for kept in (self.episodes, self.lives, self.muted, self.over, self.raises):
            kept.clear()
        for found in (self.rhythm, self.foretold, self.answered, self.causes, self.traced):
            found.clear()
        self.suppressed = 0
        self.clearest = None
        self.taught.clear()
        self.lately.clear()
        self.long_term = self.treatments = None
