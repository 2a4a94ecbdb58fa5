"""Every page by axe-core, light and dark, at a desk and on a phone; pictures of them for the docs."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.exporters.board.conftest import needs
from tests.exporters.board.looking import DESK, PHONE, go, open_alert, picture
from tests.exporters.board.server import BoardServer, Looks
from tests.exporters.board.world import World

pytestmark = pytest.mark.integration
Look = Callable[..., Page]
HERE = Path(__file__).parent
GRAVE = ("serious", "critical")
NURSE = {"name": "nurse-2", "role": "clinician", "anonymous": False, "may": ["read", "stream", "break_glass"]}
KEPT = [
    *((place, scheme, DESK) for place in ("wearers", "wearer", "inbox") for scheme in ("light", "dark")),
    *((place, "light", PHONE) for place in ("wearers", "wearer", "inbox")),
]
"""Of these there are pictures in the documentation."""
RUN = """async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
  .map(({ id, impact, nodes }) => ({ id, impact, where: nodes.map(node => node.html.slice(0, 160)) }))"""


@pytest.fixture(scope="session")
def axe() -> str:
    """The text of axe-core, installed once into the user's cache by its lock file."""
    npm = needs("npm")
    lock = (HERE / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = cache / f"vitalstream-axe-{hashlib.sha256(lock).hexdigest()[:12]}"
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            (folder / name).write_bytes((HERE / name).read_bytes())
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(command, cwd=folder, check=True, timeout=120)
    return script.read_text(encoding="utf-8")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", ["wearers", "wearer", "table", "inbox"])
def test_no_page_has_a_serious_finding(
    look: Look, server: BoardServer, world: World, axe: str, place: str, scheme: str, size: dict[str, int]
) -> None:
    page = look(server.url, size=size, color_scheme=scheme, reduced_motion="reduce")
    _open(page, place, world)

    assert _findings(page, axe) == []
    if (place, scheme, size) in KEPT:
        picture(page, f"board-{place}-{scheme}{'-phone' if size is PHONE else ''}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_neither_sign_in_nor_a_dialog_nor_a_banner_has_one(
    look: Look, world: World, axe: str, scheme: str
) -> None:
    name = sorted(world.traces)[2]
    server = BoardServer(world, Looks(tokens={"vs_right": NURSE}, hidden={name})).start()
    page = look(server.url, color_scheme=scheme)
    expect(page.get_by_label("Token")).to_be_visible()
    assert _findings(page, axe) == []

    page.get_by_label("Token").fill("vs_right")
    page.get_by_role("button", name="Sign in").click()
    page.locator(".space .row").first.wait_for()
    go(page, f"#/wearers/{name}")
    page.get_by_role("button", name="Break the glass").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert _findings(page, axe) == []

    page.keyboard.press("Escape")
    server.stop()
    expect(page.locator("#banner")).to_contain_text("Not live since")
    assert _findings(page, axe) == []


def _open(page: Page, place: str, world: World) -> None:
    alert = open_alert(world, lambda alert: alert.title.startswith("Vital signs"))
    if place == "wearers":
        page.locator(".space .row").first.wait_for()
    elif place == "inbox":
        go(page, f"#/inbox/{alert.id}")
        page.locator(".life").wait_for()
    else:
        go(page, f"#/wearers/{alert.wearer}")
        page.locator("canvas").first.wait_for()
        page.locator(".past").wait_for()
        if place == "table":
            page.get_by_role("button", name="Table").click()
            page.locator(".values").wait_for()
    expect(page.locator(".live")).to_have_text("live")


def _findings(page: Page, axe: str) -> list[dict[str, Any]]:
    page.evaluate(axe)
    found: list[dict[str, Any]] = page.evaluate(RUN)
    return [finding for finding in found if finding["impact"] in GRAVE]
