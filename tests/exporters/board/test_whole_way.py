"""The board before everything real: Kafka, a worker, Valkey, the API; only the wearers are made up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from streams.gateways.producer import VitalsProducer
from streams.gateways.simulator import Simulation
from streams.gateways.timed import Timed
from streams.stack import LocalStack
from streams.stack.server import free_port
from tests.exporters.board.looking import go
from tests.integration.conftest import Bench
from tests.streams.engine.harness import fresh_topics

pytestmark = pytest.mark.integration
Look = Callable[..., Page]
COMMAND = [sys.executable, "-c", "from streams.cli import main; main()", "api", "--json"]
SEED, WEARERS, HOURS = 5, 6, 4.2
BEFORE_MS = round(3.7 * 3_600_000)
"""The oxygen of one wearer falls ten minutes later; it was planted by the seed."""
PATIENCE_MS = 60_000


class RealApi:
    """`vitalstream api` on one port; it can be killed and started again."""

    def __init__(self, bench: Bench, folder: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._environment = os.environ | {
            "VITALSTREAM_BROKER": bench.settings.broker,
            "VITALSTREAM_REDIS_URL": bench.settings.redis_url.get_secret_value(),
            "VITALSTREAM_DATA_DIR": str(folder),
            "VITALSTREAM_API_PORT": str(port),
            "VITALSTREAM_API_ANONYMOUS": "answer",
        }
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(COMMAND, env=self._environment, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        assert json.loads(self.process.stdout.readline())["address"] == self.url

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def bench(stack: LocalStack, redis_url: str, app_id: str, tmp_path: Path) -> Iterator[Bench]:
    fresh_topics(stack.broker)
    made = Bench(stack, redis_url, app_id, tmp_path)
    made.start().wait_ready()
    yield made
    for worker in made.workers:
        worker.process.kill()
        worker.process.wait()
    made.observer.close()


@pytest.fixture
def api(bench: Bench, tmp_path: Path) -> Iterator[RealApi]:
    folder = tmp_path / "api"
    folder.mkdir()
    api = RealApi(bench, folder)
    yield api
    api.kill()


def test_a_planted_episode_rises_and_is_answered_across_a_restart(
    bench: Bench, api: RealApi, look: Look
) -> None:
    simulation = Simulation(SEED, WEARERS, HOURS)
    packets = list(simulation.packets())
    early = [timed for timed in packets if timed.time < simulation.start + BEFORE_MS]
    _send(bench, early)
    page = look(api.url)
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    expect(page.locator(".space .row:visible")).to_have_count(WEARERS)
    expect(page.locator(".chip.high b")).to_have_text("0")

    _send(bench, packets[len(early) :])
    expect(page.locator("#spoken")).to_contain_text("New high-priority alert: Low oxygen saturation")
    expect(page.locator(".chip.high b")).to_have_text("1")
    page.locator(".space .row").filter(has=page.locator('[data-level="high"]')).click()
    expect(page.locator("figure", has_text="oxygen saturation").locator("canvas")).to_be_visible()
    page.locator("section.now").get_by_role("link", name="Low oxygen saturation").click()

    card = page.get_by_role("article")
    card.get_by_role("button", name="Acknowledge").click()
    expect(card.get_by_text("acknowledged by anonymous")).to_be_visible()

    api.kill()
    expect(page.locator("#banner")).to_contain_text("Not live since")
    api.start()
    expect(page.locator(".live")).to_have_text("live")
    card.get_by_role("button", name="Snooze: 15 min").click()
    expect(card.locator(".said")).to_contain_text("snoozed until")
    card.get_by_role("button", name="Useful", exact=True).click()
    expect(card.locator(".said")).to_contain_text("answered by anonymous: Useful")

    page.reload()
    expect(card.locator(".life")).to_contain_text("acknowledged")
    go(page, "#/wearers")
    expect(page.locator(".space .row:visible")).to_have_count(WEARERS)
    expect.set_options(timeout=5_000)


def _send(bench: Bench, records: list[Timed]) -> None:
    with VitalsProducer(bench.settings.broker) as producer:
        for timed in records:
            if timed.profile is not None:
                producer.send(timed.profile)
            producer.send(timed.packet)
