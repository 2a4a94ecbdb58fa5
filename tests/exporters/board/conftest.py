"""A made-up world, a server that tells of it, and a real Chromium that looks at it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.exporters.board.looking import Watch
from tests.exporters.board.server import BoardServer
from tests.exporters.board.world import World

SEED, WEARERS, HOURS = 1, 8, 30
LOOKED_AT_HOURS = 18.5
"""One is gravely ill by now, another will be within the half hour; others have had their episodes."""


def needs(tool: str) -> str:
    """Where a tool of the system is: without it a test is left out here, and fails where CI=true."""
    path = shutil.which(tool)
    if path is None:
        line = f"the board's tests need {tool}: install it with the system's packages"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(line)
    return path or ""


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    path = needs("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def world() -> World:
    """One for all tests: each makes do with what the others left open."""
    world = World(SEED, WEARERS, HOURS)
    world.play_to(LOOKED_AT_HOURS)
    return world


@pytest.fixture
def server(world: World) -> Iterator[BoardServer]:
    server = BoardServer(world).start()
    yield server
    server.stop()


@pytest.fixture
def look(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page of a server; at the end nothing may have gone wrong in it, nor left the machine."""
    watches: list[Watch] = []

    def open_page(url: str, **options: Any) -> Page:
        watch = Watch.over(chromium, url, **options)
        watches.append(watch)
        return watch.page

    yield open_page
    for watch in watches:
        watch.page.context.close()
    assert [fault for watch in watches for fault in watch.faults] == []
