"""Shadows score beside: metrics see them, judgements never do."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest
from prometheus_client import CollectorRegistry

from exporters.metrics.worker import WorkerMetrics
from models.deep.asks import Ask, Rows
from streams.engine.scoring.shadows import Shadows
from tests.logged import lines


@dataclass
class Cast:
    """Networks whose answer is the mean of a row and what the version adds; `bad` fails, `slow` waits."""

    shadows: dict[str, tuple[str, ...]] = field(default_factory=lambda: {"rhythm": ("0.25",)})
    go_on: threading.Event = field(default_factory=threading.Event)

    def run(self, name: str, version: str, rows: Rows) -> Rows:
        if version == "bad":
            raise ZeroDivisionError
        if version == "slow":
            assert self.go_on.wait(5)
            version = "0"
        return rows.mean(axis=1) + np.float32(version)


@dataclass
class Setup:
    cast: Cast
    metrics: CollectorRegistry
    shadows: Shadows

    def value(self, name: str, **labels: str) -> float | None:
        return self.metrics.get_sample_value(f"vitalstream_{name}", {"model": "rhythm", **labels})


@pytest.fixture
def setup() -> Iterator[Setup]:
    cast, registry = Cast(), CollectorRegistry()
    made = Setup(cast, registry, Shadows(cast, WorkerMetrics(registry), most=2))
    yield made
    cast.go_on.set()
    made.shadows.close()


def asks(*means: float, model: str = "rhythm", judged: float | None = 0.0) -> Iterable[Ask]:
    for mean in means:
        answer = None if judged is None else np.float32(mean + judged)
        yield Ask(model, 0, 1, np.full(4, mean, np.float32), answer=answer)


def test_the_difference_to_what_judged_is_measured(setup: Setup) -> None:
    setup.shadows.score(asks(0.1, 0.2, 0.3))
    setup.shadows.drain()

    assert setup.value("shadow_rows_total") == 3.0
    assert setup.value("shadow_difference_count") == 3.0
    assert setup.value("shadow_difference_sum") == pytest.approx(0.75, abs=1e-5)


def test_without_an_active_version_rows_are_scored_and_no_difference_is_told(setup: Setup) -> None:
    setup.shadows.score(asks(0.1, 0.2, judged=None))
    setup.shadows.drain()

    assert setup.value("shadow_rows_total") == 2.0
    assert setup.value("shadow_difference_count") == 0.0


def test_what_has_no_shadow_is_not_scored(setup: Setup) -> None:
    setup.shadows.score(asks(0.1, model="glucose"))
    setup.shadows.drain()

    assert not setup.shadows.wanted("glucose") and setup.shadows.wanted("rhythm")
    assert setup.value("shadow_rows_total") is None


def test_a_shadow_that_fails_is_counted_and_told_once(setup: Setup, caplog: pytest.LogCaptureFixture) -> None:
    setup.cast.shadows["rhythm"] = ("bad", "0.5")
    for _ in range(3):
        setup.shadows.score(asks(0.1))
        setup.shadows.drain()

    assert setup.value("shadow_errors_total") == 3.0
    assert setup.value("shadow_rows_total") == 3.0, "the other one goes on"
    [line] = lines(caplog)
    assert (line["event"], line["model"], line["version"]) == ("a shadow fails", "rhythm", "bad")
    assert line["error"] == "ZeroDivisionError"


def test_a_slow_shadow_is_not_waited_for(setup: Setup) -> None:
    setup.cast.shadows["rhythm"] = ("slow",)

    for _ in range(20):
        setup.shadows.score(asks(0.1, 0.2))

    dropped = setup.value("shadow_dropped_rows_total")
    assert dropped is not None and dropped >= 34.0
    setup.cast.go_on.set()
    setup.shadows.drain()
    assert dropped + (setup.value("shadow_rows_total") or 0.0) == 40.0
