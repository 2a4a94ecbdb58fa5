"""A thousand wearers: how heavy the page is, how busy it keeps the browser, how late it shows news."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from exporters.board.routes import FILES
from tests.exporters.board.server import BoardServer, Looks
from tests.exporters.board.world import World

pytestmark = pytest.mark.integration
Look = Callable[..., Page]
CROWD = 1000
EACH_S = 300
SECONDS = 8
MOST_BUSY = 0.30
MOST_BYTES = 300_000
IN_VIEW = 60
"""More rows than this are never in the document, however many wearers there are."""


def test_the_whole_page_is_light() -> None:
    sizes = [path.stat().st_size for path in FILES.rglob("*") if path.is_file()]

    assert sum(sizes) <= MOST_BYTES


def test_a_thousand_wearers_keep_the_browser_idle_and_news_show_within_a_second(
    look: Look, world: World
) -> None:
    crowd = {f"w{number:04}": _made_up(world, f"w{number:04}", number) for number in range(CROWD)}
    server = BoardServer(world, Looks(crowd=crowd)).start()
    page = look(server.url)
    expect(
        page.get_by_text(f"{CROWD + len(world.traces)} of {CROWD + len(world.traces)} wearers")
    ).to_be_visible()
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before, began = _busy(session), time.monotonic()

    for second in range(SECONDS):
        first = second * EACH_S
        changed = [f"w{(first + step) % CROWD:04}" for step in range(EACH_S)]
        server.tell_rows([_made_up(world, name, second + step) for step, name in enumerate(changed)])
        page.wait_for_timeout(1000)
    share = (_busy(session) - before) / (time.monotonic() - began)

    assert page.locator(".space .row").count() <= IN_VIEW
    assert share <= MOST_BUSY, f"main thread busy {share:.0%}"
    late = _lateness(page, server, world)
    assert late <= 1.0, f"news showed after {late:.2f} s"
    server.stop()


def _made_up(world: World, name: str, number: int) -> dict[str, Any]:
    like = world.row(sorted(world.traces)[number % len(world.traces)])
    return like | {"wearer": name, "unusual": number % 97 / 100, "time": world.time + number}


def _busy(session: Any) -> float:
    metrics = {entry["name"]: entry["value"] for entry in session.send("Performance.getMetrics")["metrics"]}
    return float(metrics["TaskDuration"])


def _lateness(page: Page, server: BoardServer, world: World) -> float:
    """Seconds from a change to its being seen, for the first row in view."""
    name = page.locator(".space .row a[tabindex='0']").inner_text()
    changed = server.looks.crowd.get(name) or world.row(name)
    began = time.monotonic()
    server.tell_rows([changed | {"unusable": {"hr": "jump"}}])
    expect(page.locator(".space .row", has_text=name).locator(".c-quality")).to_have_text("heart rate: jumps")
    return time.monotonic() - began
