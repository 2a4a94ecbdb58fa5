"""Networks whose runs are told to the metrics, and what is missing or fails to the log."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Protocol

from models.deep.asks import Rows
from streams.engine.scoring.stock import Stock
from streams.logs import get_log

log = get_log(__name__)


class ModelMetrics(Protocol):
    """What is told of networks."""

    def model_run(self, model: str, rows: int, seconds: float) -> None:
        """One run of a network over `rows` rows."""

    def model_error(self, model: str, rows: int) -> None:
        """A network gave no answer to `rows` rows."""

    def model_refused(self, reason: str) -> None:
        """Something in the registry can't be had."""


class MeteredNetworks:
    """A stock of networks that measures how long they take."""

    def __init__(self, stock: Stock, metrics: ModelMetrics) -> None:
        self._stock = stock
        self._metrics = metrics
        self._failed: set[tuple[str, str]] = set()

    @property
    def lineup(self) -> Mapping[str, str]:
        """The version wanted of each network that judges."""
        return self._stock.lineup

    def has(self, name: str, version: str) -> bool:
        """Whether this version can run; counted and logged when not."""
        found = self._stock.has(name, version)
        if not found:
            self._metrics.model_refused("missing")
            wanted = self._stock.lineup.get(name, "no version")
            log.error(
                "stored state asks for a network that is gone: another takes its place",
                model=name,
                version=version,
                instead=wanted,
            )
        return found

    def run(self, name: str, version: str, rows: Rows) -> Rows:
        """Run a network; see `models.deep.library.Library.run`."""
        began = time.perf_counter()
        answer = self._stock.run(name, version, rows)
        self._metrics.model_run(name, len(rows), time.perf_counter() - began)
        return answer

    def failed(self, name: str, version: str, rows: int, why: str) -> None:
        """Rows without an answer: counted, and logged once for each version. `why` holds no data."""
        self._metrics.model_error(name, rows)
        if (name, version) not in self._failed:
            self._failed.add((name, version))
            log.error(
                "a network fails: rows without an answer are judged without it; told once, the rest is"
                " in vitalstream_model_errors_total",
                model=name,
                version=version,
                why=why,
            )
