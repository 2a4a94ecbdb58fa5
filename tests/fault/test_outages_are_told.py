"""Each part goes away in turn: Prometheus fires the alert for it and no other, and it is over afterwards."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from tests.fault.outages import START_S, Watched, watched

pytestmark = [pytest.mark.integration, pytest.mark.fault, pytest.mark.timeout(600)]

OUTAGE_S = 60.0
CLEAR_S = 90.0
TOLD = {
    "kafka": "VitalstreamKafkaUnreachable",
    "redis": "VitalstreamRedisUnreachable",
    "worker": "VitalstreamNoWorker",
    "api": "VitalstreamApiDown",
    "deliver": "VitalstreamDeliverDown",
    "alertmanager": "VitalstreamAlertmanagerDown",
}
WHOLE = TOLD.keys() if os.environ.get("VITALSTREAM_TEST_WHOLE_OUTAGES") else {"kafka", "redis"}
"""Away for the whole minute, so that what else would fire is seen; others are back when they were told of."""


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with watched(tmp_path_factory.mktemp("watched")) as running:
        running.watch(lambda now: not now and working(running), START_S)
        assert working(running), [line for log in running.logs for line in log.read_text().splitlines()[-2:]]
        assert not running.firing()
        yield running


def working(system: Watched) -> bool:
    """Whether every part answers and nothing waits for long."""
    up = system.prometheus.query("count(up == 1) == 4")
    return bool(up and system.prometheus.query("max(vitalstream_consumer_lag_seconds) < 10"))


@pytest.mark.parametrize("name", TOLD)
def test_an_outage_is_told_while_it_lasts_and_nothing_else_is(system: Watched, name: str) -> None:
    told = {TOLD[name]}

    print(f"{time.strftime('%T')} {name} goes away", flush=True)  # noqa: T201 - shown when it fails
    system.of(name).leave()
    during = system.watch(lambda now: name not in WHOLE and now == told, OUTAGE_S)
    print(f"{time.strftime('%T')} {name} is back", flush=True)  # noqa: T201
    system.of(name).come_back()
    after = system.watch(lambda now: not now and working(system), CLEAR_S)

    assert during == told
    assert after <= told
    assert not system.firing()
