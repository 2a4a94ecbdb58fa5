"""The list of wearers, as a person sees it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.exporters.board.looking import PHONE, open_alert, sideways
from tests.exporters.board.server import BoardServer
from tests.exporters.board.world import World

pytestmark = pytest.mark.integration
Look = Callable[..., Page]


def test_the_gravest_wearer_stands_first_with_what_is_unusual_now(
    look: Look, server: BoardServer, world: World
) -> None:
    page = look(server.url)

    first = page.get_by_role("row").nth(1)
    expect(first).to_contain_text(open_alert(world).wearer)
    expect(first.locator(".level")).not_to_have_text("calm")
    row = world.row(open_alert(world).wearer)
    assert row["strange"], "the world has an ill wearer"
    expect(first.locator(".sign").first).to_contain_text("usual")
    expect(first.locator(".sign").first).to_contain_text("spreads")
    expect(page.get_by_text(f"{len(world.traces)} of {len(world.traces)} wearers")).to_be_visible()


def test_a_search_and_a_level_leave_those_that_fit(look: Look, server: BoardServer, world: World) -> None:
    page = look(server.url)
    page.get_by_role("searchbox").fill("0007")
    expect(page.locator(".space .row:visible")).to_have_count(1)

    page.get_by_role("searchbox").fill("")
    page.get_by_role("button", name="no fresh data").click()

    stale = sum(world.row(name)["stale"] for name in world.traces)
    expect(page.locator(".space .row:visible")).to_have_count(stale)


def test_a_row_changes_when_news_come(look: Look, server: BoardServer, world: World) -> None:
    name = sorted(world.traces)[0]
    page = look(server.url)
    row = page.locator(".space .row", has_text=name)
    expect(row).to_be_visible()
    expect(page.locator(".live")).to_have_text("live")

    server.tell_rows([world.row(name) | {"context": "recovering", "unusable": {"spo2": "motion"}}])

    expect(row).to_contain_text("recovering")
    expect(row).to_contain_text("oxygen saturation: motion")


def test_the_order_is_held_while_somebody_points_into_the_list(
    look: Look, server: BoardServer, world: World
) -> None:
    page = look(server.url)
    expect(page.locator(".live")).to_have_text("live")
    calm = next(name for name in sorted(world.traces) if world.row(name)["level"] == "none")
    page.locator(".space .row").nth(3).hover()

    server.tell_rows([world.row(calm) | {"level": "high", "unusual": 1.0, "alerts": {"high": 9}}])
    expect(page.locator(".space .row", has_text=calm).locator(".level")).to_have_text("High")
    expect(page.get_by_text("Order is held")).to_be_visible()
    expect(page.get_by_role("row").nth(1)).not_to_contain_text(calm)

    page.mouse.move(5, 5)

    expect(page.locator(f'.row[aria-rowindex="2"]:has-text("{calm}")')).to_be_visible()


def test_stale_data_are_told_in_words(look: Look, server: BoardServer, world: World) -> None:
    name = sorted(world.traces)[0]
    page = look(server.url)
    expect(page.locator(".live")).to_have_text("live")

    server.tell_rows([world.row(name) | {"stale": True, "time": world.time - 7_200_000}])

    expect(page.locator(".space .row", has_text=name)).to_contain_text("no fresh data, 2 hrs ago")


def test_nobody_is_calm_without_fresh_data(look: Look, server: BoardServer, world: World) -> None:
    name = next(name for name in sorted(world.traces) if world.row(name)["level"] == "none")
    page = look(server.url)
    expect(page.locator(".live")).to_have_text("live")

    server.tell_rows([world.row(name) | {"stale": True, "time": world.time - 7_200_000}])

    expect(page.locator(".space .row", has_text=name).locator(".level")).to_have_text("not known")


def test_a_phone_shows_the_list_without_scrolling_sideways(look: Look, server: BoardServer) -> None:
    page = look(server.url, size=PHONE)

    expect(page.get_by_role("row").first).to_be_attached()
    expect(page.locator(".space .row").first).to_be_visible()
    assert sideways(page) <= 0
