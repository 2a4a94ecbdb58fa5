"""Whether networks are asked of what they learnt on: a running mean of a sample of their rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from models.deep.asks import by_model
from models.deep.features import Spread, features_of, training
from streams.engine.scoring.work import Item
from streams.records import Alert, Feedback

EVERY: Final = 8
"""One of so many chunks that ask a network is looked at: a chunk of rows costs about 50 µs."""
MEMORY: Final = 1000
"""Rows that the running mean goes back over."""
FEWEST: Final = 30
"""Rows before a shift is told."""

Usuals = Mapping[str, Mapping[str, Spread]]


class InputMetrics(Protocol):
    """What is told of it."""

    def inputs(self, model: str, rows: int, shifts: Mapping[str, float]) -> None:
        """How far inputs of a network are from its training data, in spreads, by figure."""


class _Mean:
    """A running mean of the newest rows."""

    def __init__(self) -> None:
        self.count, self.mean = 0, 0.0

    def take(self, values: NDArray[np.float64]) -> None:
        known = values[~np.isnan(values)]
        if known.size:
            self.count = min(self.count + known.size, MEMORY)
            self.mean += (float(known.mean()) - self.mean) * min(1.0, known.size / self.count)


class InputShift:
    """A probe of the rows that networks are asked; holds sums over everybody and no row."""

    def __init__(
        self, metrics: InputMetrics, version_of: Callable[[str], str | None], usuals: Usuals | None = None
    ) -> None:
        """`version_of` tells the version of a network that judges now: training data go with that."""
        self._metrics, self._version_of = metrics, version_of
        self._usuals = training() if usuals is None else usuals
        self._turns: dict[str, int] = {}
        self._means: dict[tuple[str, str], _Mean] = {}

    def answered(self, items: Sequence[Item]) -> None:
        """Look at the questions of a chunk, now and then."""
        for model, asks in by_model(ask for item in items for ask in item.observation.asks).items():
            turn = self._turns[model] = self._turns.get(model, -1) + 1
            usual = self._usuals.get(f"{model} {self._version_of(model)}")
            if turn % EVERY == 0 and usual:
                self._look(model, np.stack([ask.row for ask in asks]), usual)

    def told(self, alert: Alert) -> None:
        """Nothing of it is looked at."""

    def said(self, feedback: Feedback) -> None:
        """Nothing of it is looked at."""

    def _look(self, model: str, rows: NDArray[np.float32], usual: Mapping[str, Spread]) -> None:
        shifts: dict[str, float] = {}
        for name, values in features_of(model, rows).items():
            mean = self._means.setdefault((model, name), _Mean())
            mean.take(values)
            spread = usual.get(name)
            if spread is not None and mean.count >= FEWEST and not math.isnan(mean.mean):
                shifts[name] = (mean.mean - spread.mean) / spread.sd
        self._metrics.inputs(model, len(rows), shifts)
