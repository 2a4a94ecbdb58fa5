"""What the API tells Prometheus: requests by template, open streams, gaps, and nothing of anybody."""

from __future__ import annotations

import asyncio
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from exporters.api.figures import open_figures
from exporters.metrics.api_part import ApiMetrics
from streams.settings import Settings
from tests.exporters.api.serving import Running, serving


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
async def running(url: str, tmp_path: Path, registry: CollectorRegistry) -> AsyncIterator[Running]:
    async with serving(url, tmp_path, metrics=ApiMetrics(registry)) as found:
        yield found


def value(registry: CollectorRegistry, name: str, **labels: str) -> float | None:
    return registry.get_sample_value(f"vitalstream_api_{name}", labels)


async def test_requests_count_by_template_and_no_address_shows(
    running: Running, registry: CollectorRegistry
) -> None:
    await running.get("/alerts")
    await running.client.get("/alerts/0123456789abcdef01234567")
    await running.client.get("/wearers/ann-of-green-gables/signals")
    await running.client.get("/nowhere/ann-of-green-gables")

    assert value(registry, "requests_total", method="GET", route="/alerts", status="200") == 1
    assert value(registry, "requests_total", method="GET", route="/alerts/{id}", status="404") == 1
    assert value(registry, "requests_total", method="GET", route="unknown", status="404") == 1
    assert value(registry, "request_seconds_count", route="/alerts") == 1
    shown = generate_latest(registry).decode()
    assert "ann-of-green-gables" not in shown
    assert "0123456789abcdef01234567" not in shown


async def test_what_is_refused_at_the_door_counts_too(running: Running, registry: CollectorRegistry) -> None:
    await running.client.get("/alerts", headers={"Authorization": "Bearer nonsense"})

    assert value(registry, "requests_total", method="GET", route="unknown", status="401") == 1


async def test_an_open_stream_is_seen_while_it_is_open(running: Running, registry: CollectorRegistry) -> None:
    async with running.client.stream("GET", "/alerts/stream") as answer:
        await anext(answer.aiter_bytes())
        assert value(registry, "open_streams", route="/alerts/stream") == 1

    async with asyncio.timeout(60):
        while True:
            if not value(registry, "open_streams", route="/alerts/stream"):
                break
            await asyncio.sleep(0.01)
    assert value(registry, "requests_total", method="GET", route="/alerts/stream", status="200") == 1
    assert value(registry, "request_seconds_count", route="/alerts/stream") is None


async def test_a_hole_that_a_subscriber_is_told_of_counts(
    running: Running, registry: CollectorRegistry
) -> None:
    async with running.client.stream("GET", "/alerts/stream?since=9999999999999-1") as answer:
        async for part in answer.aiter_bytes():
            if b"event: gap" in part:
                break

    assert value(registry, "gaps_told_total", reason="reset") == 1


async def test_figures_have_a_port_of_their_own_and_health_means_that_the_loop_turns(
    tmp_path: Path, registry: CollectorRegistry
) -> None:
    server, pulse = open_figures(Settings(data_dir=tmp_path), registry, ApiMetrics(registry))
    beating = asyncio.create_task(pulse.run())
    await asyncio.sleep(0)
    try:
        address = f"http://127.0.0.1:{server.port}"
        health = await asyncio.to_thread(lambda: urllib.request.urlopen(f"{address}/healthz").status)
        shown = await asyncio.to_thread(lambda: urllib.request.urlopen(f"{address}/metrics").read())
    finally:
        beating.cancel()
        server.close()

    assert health == 200
    assert b"vitalstream_api_alerts_up" in shown
