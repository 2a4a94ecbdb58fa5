"""A network that fails ends no worker: the rest is judged, whatever the chunks; it is counted and told."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from exporters.metrics.worker import WorkerMetrics
from models.deep.asks import Rows
from models.personal import load_setting
from streams.engine.contracts import Effects
from streams.engine.scoring.metered import MeteredNetworks
from streams.engine.scoring.shard import ShardMaker
from streams.engine.scoring.stock import Fixed
from streams.engine.state.pages import Seal
from streams.settings import Settings
from tests.logged import lines
from tests.streams.engine.shards import SECRET, Irregularity, by_id, feed_all, messy

RECORDS = messy(9)


@dataclass
class Failing:
    """Tells the rhythm, and fails by `fail`, which may change the answers."""

    fail: Callable[[Rows, Rows], None]

    def run(self, name: str, rows: Rows) -> Rows:
        answers = Irregularity().run(name, rows)
        self.fail(rows, answers)
        return answers


def odd(rows: Rows) -> NDArray[np.bool_]:
    """Some rows, by what is in them alone."""
    some: NDArray[np.bool_] = rows[:, 0].astype(int) % 3 == 0
    return some


def always(rows: Rows, answers: Rows) -> None:
    raise RuntimeError(f"has met {rows.tolist()}")


def on_some_rows(rows: Rows, answers: Rows) -> None:
    if odd(rows).any():
        raise RuntimeError(f"has met {rows.tolist()}")


def nan_on_some_rows(rows: Rows, answers: Rows) -> None:
    answers[odd(rows)] = np.nan


def levelled(rows: Rows) -> NDArray[np.bool_]:
    """Rows with one stretch made even: only explanations ask for these."""
    even: NDArray[np.bool_] = np.ptp(rows.reshape(len(rows), -1, 10), axis=2) == 0
    one: NDArray[np.bool_] = even.sum(axis=1) == 1
    return one


def to_explain(rows: Rows, answers: Rows) -> None:
    if levelled(rows).any():
        raise RuntimeError("can't be explained")


def nan_to_explain(rows: Rows, answers: Rows) -> None:
    answers[levelled(rows)] = np.nan


def nothing(rows: Rows, answers: Rows) -> None:
    pass


def judged(fail: Callable[[Rows, Rows], None], size: int = 50) -> tuple[Effects, float]:
    """All records through a shard as a worker makes it, and what the metrics then say of failures."""
    registry = CollectorRegistry()
    metered = MeteredNetworks(Fixed(Failing(fail), {"rhythm": "7"}), WorkerMetrics(registry))
    maker = ShardMaker(Settings(), Seal(SECRET), metered, load_setting(), on_model_error=metered.failed)
    effects = feed_all(maker(0, {}), RECORDS, size)
    count = registry.get_sample_value("vitalstream_model_errors_total", {"model": "rhythm"})
    return effects, count or 0.0


@pytest.mark.parametrize("fail", [on_some_rows, nan_on_some_rows])
def test_what_is_judged_does_not_depend_on_the_chunks(fail: Callable[[Rows, Rows], None]) -> None:
    some, count = judged(fail)

    for size in (1, 7, 400):
        again, same = judged(fail, size)
        assert by_id(alert for alert, _ in again.alerts) == by_id(alert for alert, _ in some.alerts)
        assert (again.risks, same) == (some.risks, count)
    assert count > 0


def test_a_network_that_always_fails_is_missed_and_nothing_else_is() -> None:
    whole, none = judged(nothing)
    broken, count = judged(always)

    assert none == 0 and count > 0
    assert broken.outcomes == whole.outcomes
    others = [alert for alert, _ in whole.alerts if alert.condition != "rhythm"]
    assert len(others) < len(whole.alerts), "there is something to miss"
    assert by_id(alert for alert, _ in broken.alerts) == by_id(others)
    assert any("rhythm" in risk.not_run for risk in broken.risks)


@pytest.mark.parametrize("fail", [to_explain, nan_to_explain])
def test_an_alert_without_its_explanation_goes_out(fail: Callable[[Rows, Rows], None]) -> None:
    whole, _ = judged(nothing)
    plain, count = judged(fail)

    told, missed = by_id(alert for alert, _ in whole.alerts), by_id(alert for alert, _ in plain.alerts)
    differ = [alert for key, alert in missed.items() if alert != told[key]]
    assert told.keys() == missed.keys()
    assert {alert.condition for alert in differ} == {"rhythm"} and 0 < len(differ) <= count
    assert all(not c.stretches for alert in differ for c in alert.contributions)


def test_it_is_logged_once_in_one_line_without_data(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        judged(on_some_rows)

    [line] = lines(caplog)
    assert line["event"].startswith("a network fails")
    assert (line["model"], line["version"], line["why"]) == ("rhythm", "7", "RuntimeError")
    assert line.keys() == {"timestamp", "level", "logger", "event", "model", "version", "why"}
