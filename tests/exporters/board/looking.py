"""What tests share when they look at a page."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from streams.records import Alert
from tests.exporters.board.world import World

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}
COLOURS = 256
PICTURES = Path(__file__).parents[3] / "docs" / "pictures"
_SAID_BY_BROWSER = re.compile(r"^Failed to load resource")
"""Chromium's own line for each answer that is an error and each server that is away."""


@dataclass
class Watch:
    """A page, and what must not happen in it."""

    page: Page
    home: str
    faults: list[str] = field(default_factory=list)

    @classmethod
    def over(cls, browser: Browser, url: str, *, size: dict[str, int] = DESK, **options: Any) -> Self:
        """A fresh visitor."""
        options = {"locale": "en-GB", "timezone_id": "Europe/Berlin"} | options
        page = browser.new_context(viewport=size, **options).new_page()  # type: ignore[arg-type]
        watch = cls(page, url)
        page.on("console", watch._console)
        page.on("pageerror", lambda error: watch.faults.append(f"error: {error}"))
        page.on("request", watch._request)
        page.goto(url)
        return watch

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _SAID_BY_BROWSER.match(message.text):
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        host = re.match(r"\w+://127\.0\.0\.1:", request.url)
        if host is None and not request.url.startswith("data:"):
            self.faults.append(f"a request left the machine: {request.url}")
        if "token" in request.url.lower():
            self.faults.append(f"a token in an address: {request.url}")


def go(page: Page, place: str) -> None:
    """Follow the board's own address, and wait until the page is drawn."""
    page.evaluate("place => { location.hash = place }", place)
    page.locator("main:not(:has(> .pad)) :is(h1, h2):visible").first.wait_for()


def sideways(page: Page) -> int:
    """How many pixels wider than the window the page is."""
    found: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return found


def tab_to(page: Page, selector: str, presses: int = 60) -> None:
    """Press Tab until something that fits has the focus."""
    for _ in range(presses):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never came to {selector}")


def picture(page: Page, name: str) -> None:
    """Keep a picture for the documentation, when asked to (VITALSTREAM_PICTURES=1)."""
    if os.environ.get("VITALSTREAM_PICTURES") != "1":
        return
    from PIL import Image

    PICTURES.mkdir(exist_ok=True)
    with Image.open(BytesIO(page.screenshot())) as shot:
        # A page has few colours: a palette makes a third of the bytes of it.
        kind = Image.Quantize.MAXCOVERAGE
        few = shot.convert("RGB").quantize(COLOURS, method=kind, dither=Image.Dither.NONE)
    few.save(PICTURES / f"{name}.png", optimize=True)


def open_alert(world: World, fits: Callable[[Alert], bool] = lambda alert: True) -> Alert:
    """An alert that is out, the gravest that fits."""
    order = ("high", "medium", "low", "info")
    found = [a for _, a in world.alerts.values() if a.status != "resolved" and fits(a)]
    return min(found, key=lambda alert: order.index(alert.priority))
