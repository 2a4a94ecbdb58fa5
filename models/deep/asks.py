"""Questions to networks: one row each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]


class Runner(Protocol):
    """What runs networks."""

    def run(self, name: str, rows: Rows) -> Rows:
        """One answer a row."""


@dataclass(slots=True, eq=False)
class Ask:
    """One row for one network, and what it answered."""

    model: str
    start: int
    end: int
    """The time that the row speaks of, ms UTC."""
    row: Rows
    pick: int = 0
    """Which number of the answer is the risk that is asked for."""
    answer: Rows | None = None
    """The network's output for this row; None until it was run."""

    @property
    def value(self) -> float:
        """The risk that was asked for."""
        assert self.answer is not None, f"{self.model} was not run"
        return float(self.answer.flat[self.pick])
