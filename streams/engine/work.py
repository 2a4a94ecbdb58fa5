"""One chunk on its way through a shard: observed, waiting for the networks, to be decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from models.risk.evidence import Leeway
from models.signals.beats import BeatWindow
from models.view import Observation
from models.wearer import Wearer
from streams.engine.book import Page
from streams.engine.contracts import Effects
from streams.records import Source


@dataclass(slots=True)
class Item:
    """One observed record that waits to be decided."""

    page: Page
    wearer: Wearer
    observation: Observation
    source: Source
    now: int
    leeway: Leeway
    """As it was when this record was observed: a profile later in the chunk must not reach back."""
    log_time: int


@dataclass(slots=True)
class Work:
    """One chunk on its way."""

    last: int
    items: list[Item] = field(default_factory=list)
    beats: list[BeatWindow] = field(default_factory=list)
    rhythm: Sequence[float] = ()
    effects: Effects = field(default_factory=Effects)
