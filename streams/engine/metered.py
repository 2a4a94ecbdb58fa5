"""Networks whose runs are told to the metrics."""

from __future__ import annotations

import time
from typing import Protocol

from models.deep.asks import Rows, Runner


class ModelMetrics(Protocol):
    """What is told of a run."""

    def model_run(self, model: str, rows: int, seconds: float) -> None:
        """One run of a network over `rows` rows."""


class MeteredNetworks:
    """Runs networks and measures how long they take."""

    def __init__(self, networks: Runner, metrics: ModelMetrics) -> None:
        self._networks = networks
        self._metrics = metrics

    def run(self, name: str, rows: Rows) -> Rows:
        """Run a network; see `models.deep.networks.Networks.run`."""
        began = time.perf_counter()
        answer = self._networks.run(name, rows)
        self._metrics.model_run(name, len(rows), time.perf_counter() - began)
        return answer
