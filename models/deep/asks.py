"""Questions to networks: one row each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from streams.records import Contribution

Rows = NDArray[np.float32]


class Runner(Protocol):
    """What runs networks."""

    def run(self, name: str, rows: Rows) -> Rows:
        """One answer a row."""


class Ask(msgspec.Struct, eq=False):
    """One row for one network, and what it answered."""

    model: str
    start: int
    end: int
    """The time that the row speaks of, ms UTC."""
    row: Rows
    pick: int = 0
    """Which number of the answer is the risk that is asked for."""
    seen: Sequence[Contribution] = ()
    """What was measured, beside the wearer's own usual, for an alert to tell."""
    answer: Rows | None = None
    """The network's output for this row; None until it was run."""

    @property
    def value(self) -> float:
        """The risk that was asked for."""
        assert self.answer is not None, f"{self.model} was not run"
        return float(self.answer.flat[self.pick])


def by_model(asks: Iterable[Ask]) -> dict[str, list[Ask]]:
    """The questions to each network, in order."""
    groups: dict[str, list[Ask]] = {}
    for ask in asks:
        groups.setdefault(ask.model, []).append(ask)
    return groups
