"""One chunk on its way through a shard: observed, waiting for the networks, to be decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

import msgspec

from models.deep.asks import Ask
from models.risk.evidence import Leeway
from models.view import Observation
from models.wearer import Wearer
from streams.engine.contracts import Effects, RawRecord
from streams.engine.scoring.book import Page
from streams.engine.scoring.lineups import Lineup
from streams.engine.scoring.tally import Days
from streams.records import Alert, Source


class Item(msgspec.Struct):
    """One observed record that waits to be decided."""

    page: Page
    wearer: Wearer
    observation: Observation
    source: Source
    now: int
    leeway: Leeway
    """As it was when this record was observed: a profile later in the chunk must not reach back."""
    record: RawRecord
    """What led to it."""
    lineup: Lineup
    """The versions of the networks that judge this record."""


@dataclass(slots=True)
class Pending:
    """An alert that is decided and not handed on yet; `ask` is what an explanation takes apart."""

    item: Item
    alert: Alert
    ask: Ask | None


@dataclass(slots=True)
class Work:
    """One chunk on its way."""

    last: int
    items: list[Item] = field(default_factory=list)
    beside: list[Ask] = field(default_factory=list)
    """Questions that only shadows answer."""
    alerts: list[Pending] = field(default_factory=list)
    days: Days = field(default_factory=Days)
    effects: Effects = field(default_factory=Effects)


def by_lineup(items: Iterable[Item]) -> list[tuple[Lineup, list[Item]]]:
    """Items that the same versions judge, together."""
    found: list[tuple[Lineup, list[Item]]] = []
    for _, run in groupby(items, lambda item: id(item.lineup)):
        together = list(run)
        lineup = together[0].lineup
        same = next((judged for known, judged in found if known == lineup), None)
        if same is None:
            found.append((lineup, together))
        else:
            same += together
    return found
