"""The inbox: an alert rises, is read, and is answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.exporters.board.looking import PHONE, go, open_alert, sideways, tab_to
from tests.exporters.board.server import BoardServer
from tests.exporters.board.world import World

pytestmark = pytest.mark.integration
Look = Callable[..., Page]


def test_an_alert_rises_and_is_acknowledged_snoozed_and_answered(
    look: Look, server: BoardServer, world: World
) -> None:
    page = look(server.url)
    expect(page.locator(".live")).to_have_text("live")

    risen = world.play_until_raised("high")
    expect(page.locator("#spoken")).to_contain_text(f"New high-priority alert: {risen.title}")
    page.locator(".space .row", has_text=risen.wearer).click()
    page.get_by_role("region", name="What counts now", exact=True).get_by_role(
        "link", name=risen.title
    ).click()
    card = page.get_by_role("article")
    expect(card.get_by_role("heading", name=risen.title)).to_be_visible()
    expect(card.get_by_role("table")).to_contain_text("heart rate")
    expect(card).to_contain_text("What to do")
    expect(card).to_contain_text("Ends after")

    world.waiting = []
    card.get_by_label("Comment").fill("I am on my way")
    card.get_by_role("button", name="Acknowledge").click()
    expect(card.get_by_text("Sent, waits for the worker: Acknowledge")).to_be_visible()
    expect(card.get_by_text("acknowledged by")).to_have_count(0)
    world.worker_back()
    expect(card.get_by_text("acknowledged by anonymous")).to_be_visible()
    expect(card.get_by_text("Sent, waits")).to_have_count(0)

    card.get_by_role("button", name="Snooze: 60 min").click()
    expect(card.locator(".said")).to_contain_text("snoozed until")
    card.get_by_role("button", name="Useful", exact=True).click()
    expect(card.locator(".said")).to_contain_text("answered by anonymous: Useful")
    card.get_by_role("button", name="True alarm").click()
    expect(card.locator(".said")).to_contain_text("True alarm")

    page.reload()
    expect(card.locator(".said")).to_contain_text("snoozed until")
    for said in ("acknowledged", "snoozed", "answered"):
        expect(card.locator(".life")).to_contain_text(said)
    page.locator("summary", has_text="Silences").click()
    expect(page.get_by_role("region", name="Silences").get_by_role("row")).to_have_count(2)
    statuses = [alert.status for _, alert in world.stream if alert.id == risen.id]
    assert statuses[-4:] == ["acknowledged", "snoozed", "answered", "answered"]


def test_alerts_stand_by_priority(look: Look, server: BoardServer, world: World) -> None:
    page = look(server.url)
    go(page, "#/inbox")
    page.locator(".alerts a").first.wait_for()

    shown = page.locator(".alerts .level").all_inner_texts()

    order = ["High", "Medium", "Low", "Info"]
    places = [order.index(text) for text in shown]
    assert places == sorted(places)
    assert len(shown) == sum(alert.status != "resolved" for _, alert in world.alerts.values())


def test_an_answer_that_is_not_taken_is_told(look: Look, server: BoardServer, world: World) -> None:
    page = look(server.url)
    go(page, f"#/inbox/{open_alert(world).id}")
    page.route("**/acknowledge", lambda route: route.fulfill(status=503, json={"error": "Kafka is away"}))

    page.get_by_role("button", name="Acknowledge").click()

    expect(page.locator(".told")).to_have_text("Not sent: Kafka is away")


def test_a_foreign_alert_does_not_exist(look: Look, server: BoardServer) -> None:
    page = look(server.url)

    go(page, "#/inbox/somebody-elses")

    expect(page.get_by_text("No such alert, or not one that you may see.")).to_be_visible()


def test_a_phone_shows_list_and_card_one_after_the_other(
    look: Look, server: BoardServer, world: World
) -> None:
    page = look(server.url, size=PHONE)
    go(page, "#/inbox")
    page.locator(".alerts a").first.click()

    expect(page.get_by_role("article")).to_be_visible()
    expect(page.locator(".master")).to_be_hidden()
    assert sideways(page) <= 0
    page.get_by_role("link", name="Back").click()
    expect(page.locator(".master")).to_be_visible()


def test_everything_is_reached_by_keyboard(look: Look, server: BoardServer, world: World) -> None:
    page = look(server.url)
    page.locator(".space .row a").first.wait_for()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()

    tab_to(page, ".chip")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".chip.high")).to_be_focused()
    tab_to(page, ".space .row a")
    first = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("ArrowDown")
    second = page.evaluate("document.activeElement.textContent")
    assert first != second
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(second)

    page.keyboard.press("Shift+Tab")
    tab_to(page, 'a[href="#/inbox"], a[href^="#/inbox/"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/#/inbox**")
    go(page, f"#/inbox/{open_alert(world).id}")
    tab_to(page, '[data-action="acknowledge"]')
    with page.expect_request("**/acknowledge"):
        page.keyboard.press("Enter")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
