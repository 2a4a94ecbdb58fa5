"""Shadows: versions that score the same rows as the one that judges, for the metrics alone.

They run in a thread of their own behind a short queue. Rows that come too fast are dropped, a shadow that
fails is counted: nothing of it can reach a judgement or delay one.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.deep.asks import Ask, by_model
from streams.logs import get_log

log = get_log(__name__)

QUEUE = 64
"""Runs that may wait: some chunks' worth."""

Rows = NDArray[np.float32]


class Bench(Protocol):
    """Who waits to play; `models.deep.library.Library` is one."""

    @property
    def shadows(self) -> Mapping[str, tuple[str, ...]]:
        """The versions of each network that score beside it."""

    def run(self, name: str, version: str, rows: Rows) -> Rows:
        """One answer a row."""


class ShadowMetrics(Protocol):
    """What is told of shadows."""

    def shadow_run(self, model: str, rows: int, seconds: float, differences: Iterable[float]) -> None:
        """One run; differences to what judged, where something did."""

    def shadow_error(self, model: str) -> None:
        """A run failed."""

    def shadow_dropped(self, model: str, rows: int) -> None:
        """Rows came too fast."""


@dataclass(frozen=True, slots=True)
class _Turn:
    model: str
    version: str
    rows: Rows
    judged: NDArray[np.float64]
    """First output of the version that judged, NaN where none did."""


class Shadows:
    """Scores what it is given by every shadow of the network. `close` ends its thread."""

    def __init__(self, networks: Bench, metrics: ShadowMetrics, most: int = QUEUE) -> None:
        self._networks, self._metrics = networks, metrics
        self._turns: queue.Queue[_Turn | None] = queue.Queue(most)
        self._failed: set[tuple[str, str]] = set()
        self._thread = threading.Thread(target=self._run, name="shadows", daemon=True)
        self._thread.start()

    def wanted(self, model: str) -> bool:
        """Whether a network has shadows."""
        return model in self._networks.shadows

    def score(self, asks: Iterable[Ask]) -> None:
        """Hand over questions that were answered, or that no active version is there for. Never waits."""
        shadows = self._networks.shadows
        if not shadows:
            return
        for model, group in by_model(ask for ask in asks if ask.model in shadows).items():
            rows = np.stack([ask.row for ask in group])
            judged = np.array([_first(ask) for ask in group])
            for version in shadows[model]:
                try:
                    self._turns.put_nowait(_Turn(model, version, rows, judged))
                except queue.Full:
                    self._metrics.shadow_dropped(model, len(rows))

    def drain(self) -> None:
        """Wait until all that was handed over is scored."""
        self._turns.join()

    def close(self) -> None:
        """Score nothing any more."""
        while True:
            try:
                self._turns.put_nowait(None)
                return
            except queue.Full:
                self._next()

    def _next(self) -> None:
        try:
            self._turns.get_nowait()
            self._turns.task_done()
        except queue.Empty:
            pass

    def _run(self) -> None:
        while (turn := self._turns.get()) is not None:
            try:
                self._score(turn)
            except Exception as error:  # whatever a network does, the judgement goes on
                self._metrics.shadow_error(turn.model)
                self._tell(turn, error)
            finally:
                self._turns.task_done()
        self._turns.task_done()

    def _score(self, turn: _Turn) -> None:
        began = time.perf_counter()
        answers = self._networks.run(turn.model, turn.version, turn.rows)
        seconds = time.perf_counter() - began
        difference = np.abs(answers.reshape(len(turn.rows), -1)[:, 0] - turn.judged)
        known = difference[~np.isnan(difference)].tolist()
        self._metrics.shadow_run(turn.model, len(turn.rows), seconds, known)

    def _tell(self, turn: _Turn, error: Exception) -> None:
        """Once for each version; rows are not named."""
        if (turn.model, turn.version) not in self._failed:
            self._failed.add((turn.model, turn.version))
            log.error("a shadow fails", model=turn.model, version=turn.version, error=type(error).__name__)


def _first(ask: Ask) -> float:
    return float("nan") if ask.answer is None else float(ask.answer.flat[0])
